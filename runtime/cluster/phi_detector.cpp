#include "runtime/cluster/phi_detector.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weir {
namespace {

auto seconds_of(duration d) -> double { return std::chrono::duration<double>{d}.count(); }

/// One long silence says little of the gaps to come; unbounded it would hide the next one.
constexpr auto gap_max = 5.0; // times what is expected
/// Pulses that came like clockwork may come late all the same.
constexpr auto deviation_min = 0.5; // times what is expected

/// -log10 of the upper tail of the normal distribution. From where erfc becomes zero on, by its asymptotic series.
auto tail_of(double deviations) -> double {
  const auto x = deviations / std::numbers::sqrt2;
  if (x < 20) return -std::log10(std::erfc(x) / 2);
  return x * x * std::numbers::log10e + std::log10(2 * x / std::numbers::inv_sqrtpi);
}

} // namespace

phi_detector::phi_detector(monotonic_time now, duration expected)
    : expected_(std::max(seconds_of(expected), 1e-3)), heard_(now) {}

void phi_detector::heard(monotonic_time now) {
  const auto gap = std::min(seconds_of(now - heard_), gap_max * expected_);
  if (gap <= 0) return;
  heard_ = now;
  if (samples_ == samples_max) {
    sum_ -= gaps_[next_];
    squares_ -= gaps_[next_] * gaps_[next_];
  } else {
    ++samples_;
  }
  gaps_[next_] = gap;
  sum_ += gap;
  squares_ += gap * gap;
  next_ = (next_ + 1) % samples_max;
}

auto phi_detector::phi(monotonic_time now) const -> double {
  const auto n = static_cast<double>(std::max<std::size_t>(samples_, 1));
  const auto measured = sum_ / n;
  // While data flows something comes all the time; when it ebbs, the pulses alone come at their own pace.
  const auto mean = std::max(measured, expected_);
  const auto variance = std::max(squares_ / n - measured * measured, 0.0);
  const auto deviation = std::max(std::sqrt(variance), deviation_min * expected_);
  return std::max(tail_of((seconds_of(now - heard_) - mean) / deviation), 0.0);
}

auto phi_detector::silent_for(monotonic_time now) const -> duration { return now - heard_; }

} // namespace weir
