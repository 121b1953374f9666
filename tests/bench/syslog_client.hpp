/// The load generator of the syslog rows: datagrams at a steady rate.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>

namespace weir::bench {

struct syslog_load {
  std::uint16_t port = 0;
  std::uint64_t events = 0;
  std::uint64_t events_per_second = 100'000;
};

/// Returns when all are sent and the receiver's socket holds none of them any more.
auto send_syslog_load(const syslog_load& load) -> result<void>;

/// Until somebody has the UDP port.
auto wait_for_datagram_port(std::uint16_t port) -> result<void>;

} // namespace weir::bench
