/// host:port as people write it.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct host_port {
  std::string host; ///< without the brackets of an IPv6 address
  std::uint16_t port = 0;

  auto operator==(const host_port&) const -> bool = default;
};

/// What somebody else listens on: "agg-1:7400", "10.0.0.1:7400", "[::1]:7400"; the port from 1 to 65535.
auto parse_host_port(std::string_view text) -> result<host_port>;

/// Where to listen.
struct endpoint {
  host_port at;     ///< host *: every address; port 0: any free one
  std::string path; ///< of a unix socket; `at` is empty then
};

/// The same, "*:7400", ":7400", "127.0.0.1:0" and "unix:/path".
auto parse_endpoint(std::string_view text) -> result<endpoint>;

/// Where to take datagrams: "udp://" and host:port as above, or "unixgram:/path".
auto parse_datagram_endpoint(std::string_view text) -> result<endpoint>;

/// The same text again: an IPv6 address in brackets.
auto to_text(const host_port& at) -> std::string;
auto to_text(const endpoint& at) -> std::string;
/// 127.0.0.0/8, ::1 and localhost.
auto is_loopback(std::string_view host) -> bool;
/// Whether both are one host as written; localhost is 127.0.0.1.
auto is_same_host(std::string_view a, std::string_view b) -> bool;
/// 0.0.0.0, :: and *.
auto is_wildcard(std::string_view host) -> bool;

} // namespace weir
