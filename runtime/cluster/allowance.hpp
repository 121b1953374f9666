/// So many at once, and from then on so many in each period: what bounds those who want more than their share.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/os/clock.hpp"

#include <algorithm>
#include <cstddef>

namespace weir {

class allowance {
public:
  struct bound {
    double most = 0;
    double each = 0; ///< period
    duration period{};
  };

  allowance(bound by, monotonic_time now) : by_(by), left_(by.most), filled_(now) {}

  /// Up to as much as is wanted of what is left, in whole ones.
  auto take(std::size_t wanted, monotonic_time now) -> std::size_t {
    left_ = left_at(now);
    filled_ = std::max(filled_, now);
    const auto taken = std::min(wanted, static_cast<std::size_t>(left_ + rounding));
    left_ -= static_cast<double>(taken);
    return taken;
  }
  auto take_one(monotonic_time now) -> bool { return take(1, now) == 1; }
  auto is_full(monotonic_time now) const -> bool { return left_at(now) + rounding >= by_.most; }

private:
  static constexpr auto rounding = 1e-6; // a period is one whole, however it was cut

  auto left_at(monotonic_time now) const -> double {
    if (now <= filled_) return left_;
    const auto periods = std::chrono::duration<double>{now - filled_} / std::chrono::duration<double>{by_.period};
    return std::min(by_.most, left_ + periods * by_.each);
  }

  bound by_;
  double left_;
  monotonic_time filled_;
};

} // namespace weir
