/// The timer of an actor: a delayed message to itself, sent only if none is under way that comes soon enough.
#pragma once

#include "actors/protocol.hpp"
#include "runtime/base/units.hpp"
#include "runtime/os/clock.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir {

/// CAF cannot cancel a delayed message, and each costs a thread of its own some work. So one that comes too early is
/// as good as any: it wakes its actor for nothing, and the later one need not be sent again.
class deadline_timer {
public:
  /// Gives when the next one comes: at `next` or before.
  template <class Self> auto arm(Self* self, monotonic_time now, monotonic_time next) -> monotonic_time {
    for (const auto& [number, at] : under_way_)
      if (at > now && at <= next) return at;
    const auto wait = std::max<weir::duration>(next - now, std::chrono::microseconds{100});
    under_way_.emplace_back(++last_, next);
    self->delayed_send(self, wait, timer_atom::value, last_);
    return next;
  }
  void fired(std::uint64_t number) {
    std::erase_if(under_way_, [number](const auto& sent) { return sent.first == number; });
  }

private:
  std::uint64_t last_ = 0;
  std::vector<std::pair<std::uint64_t, monotonic_time>> under_way_; ///< few: each comes before those sent earlier
};

} // namespace weir
