/// Where syslog is taken, and how it is spoken there.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

enum class syslog_way : std::uint8_t { datagrams, stream, relp };

struct syslog_place {
  syslog_way way = syslog_way::datagrams;
  bool is_encrypted = false;
  /// As parse_endpoint() takes it, of datagrams as parse_datagram_endpoint().
  std::string place;
};

/// udp://host:port, tcp://, tls://, relp://, relp+tls://, unix:/path (datagrams, as syslog(3) sends them) or
/// unix-stream:/path.
auto parse_syslog_place(std::string_view text) -> result<syslog_place>;

} // namespace weir
