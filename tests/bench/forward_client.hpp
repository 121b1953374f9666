/// The load generator of the forward rows: many connections, PackedForward, every message acked.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>

namespace weir::bench {

struct forward_load {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  std::uint64_t events = 0;
  std::size_t payload_bytes = 128 * 1024; ///< packed entries of a full message
  std::size_t in_flight_max = 8;          ///< messages without ack, on each connection
};

/// Returns when every message was acked, in order; fails on a wrong ack, a closed connection and a minute of
/// silence.
auto send_forward_load(const forward_load& load) -> result<void>;

} // namespace weir::bench
