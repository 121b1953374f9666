#include "actors/sinks/network/overload_pace.hpp"

#include <algorithm>

namespace weir {

void overload_pace::worked(std::uint64_t used) {
  failures_ = 0;
  // What was less than it might have been says nothing about more.
  if (used * 2 >= permits_) permits_ = std::min(permits_ + bounds_.step, bounds_.max);
}

void overload_pace::overloaded(std::uint64_t used, monotonic_time now, std::optional<duration> asked, std::uint64_t random) {
  permits_ = std::max(bounds_.min, std::min(permits_, used) / 2);
  not_before_ = now + std::max(backoff_delay(wait_, ++failures_, random), asked.value_or(duration{0}));
}

void overload_pace::limit(std::uint64_t max) {
  bounds_.max = std::max<std::uint64_t>(max, 1);
  bounds_.min = std::min(bounds_.min, bounds_.max);
  permits_ = std::min(permits_, bounds_.max);
}

auto overload_pace::wait(monotonic_time now) const -> duration {
  return now < not_before_ ? duration{not_before_ - now} : duration{0};
}

} // namespace weir
