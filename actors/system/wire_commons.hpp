/// What all connections of a node to others share.
#pragma once

#include "runtime/base/buffer_pool.hpp"
#include "runtime/net/peer_warnings.hpp"

#include <caf/all.hpp>

#include <mutex>
#include <string_view>

namespace weir {

struct wire_commons {
  explicit wire_commons(caf::actor_system& its) : system(its) {}

  /// At a limited rate.
  void warn(std::string_view kind, std::string_view peer, std::string_view text) {
    const auto lock = std::lock_guard{mutex};
    warnings.warn(kind, peer, text);
  }
  void tell_left_out() {
    const auto lock = std::lock_guard{mutex};
    warnings.tell_left_out();
  }

  caf::actor_system& system;
  buffer_pool bodies{4, std::size_t{1} << 20}; ///< of chunks; thread-safe by itself
  std::mutex mutex;
  peer_warnings warnings{"nodes", system_clock()};
};

} // namespace weir
