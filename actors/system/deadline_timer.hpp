/// One timer of an actor: a delayed message to itself, sent anew only when the deadline comes nearer.
#pragma once

#include "actors/protocol.hpp"
#include "runtime/base/units.hpp"
#include "runtime/os/clock.hpp"

#include <algorithm>

namespace weir {

/// CAF cannot cancel a delayed message, so each carries a generation and old ones are ignored.
class deadline_timer {
public:
  void arm(caf::event_based_actor* self, monotonic_time now, monotonic_time next) {
    if (armed_ && at_ > now && at_ <= next) return;
    at_ = next;
    armed_ = true;
    const auto wait = std::max<weir::duration>(next - now, std::chrono::microseconds{100});
    self->delayed_send(self, wait, timer_atom::value, ++generation_);
  }
  /// Whether this message is the latest one.
  auto fires(std::uint64_t generation) -> bool {
    if (generation != generation_) return false;
    armed_ = false;
    return true;
  }

private:
  bool armed_ = false;
  monotonic_time at_{};
  std::uint64_t generation_ = 0;
};

} // namespace weir
