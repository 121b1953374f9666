/// Where time comes from: the seam that tests replace.
#pragma once

#include <chrono>
#include <cstdint>

namespace weir {

using monotonic_time = std::chrono::steady_clock::time_point;

class clock {
public:
  virtual ~clock() = default;
  /// Nanoseconds since the epoch, UTC.
  virtual auto wall_ns() const -> std::int64_t = 0;
  virtual auto monotonic() const -> monotonic_time = 0;
};

/// The machine's own clocks.
auto system_clock() -> const clock&;

/// A clock that stands still until a test moves it.
class manual_clock final : public clock {
public:
  auto wall_ns() const -> std::int64_t override { return wall_ns_; }
  auto monotonic() const -> monotonic_time override { return monotonic_; }
  void advance(std::chrono::nanoseconds by) {
    wall_ns_ += by.count();
    monotonic_ += by;
  }
  void set_wall_ns(std::int64_t ns) { wall_ns_ = ns; }

private:
  std::int64_t wall_ns_ = 1'700'000'000'000'000'000;
  monotonic_time monotonic_{std::chrono::hours{1}};
};

} // namespace weir
