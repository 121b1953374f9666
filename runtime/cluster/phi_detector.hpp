/// How unlikely the silence of a peer is, by how its pulses came so far (Hayashibara et al., The phi accrual failure
/// detector, SRDS 2004): phi 1 is wrong one time in 10, phi 8 one in 10^8. A hint, never a truth.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/os/clock.hpp"

#include <array>
#include <cstddef>

namespace weir {

class phi_detector {
public:
  /// `expected`: between two pulses, as long as none have been measured.
  phi_detector(monotonic_time now, duration expected);

  void heard(monotonic_time now);
  auto phi(monotonic_time now) const -> double;
  auto silent_for(monotonic_time now) const -> duration;

private:
  static constexpr auto samples_max = std::size_t{64};

  std::array<double, samples_max> gaps_{}; ///< seconds, the latest
  std::size_t samples_ = 0;
  std::size_t next_ = 0;
  double sum_ = 0;
  double squares_ = 0;
  double expected_; ///< seconds
  monotonic_time heard_;
};

} // namespace weir
