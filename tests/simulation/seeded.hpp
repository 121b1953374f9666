/// Random numbers that are the same everywhere for the same seed (splitmix64).
#pragma once

#include <chrono>
#include <cstdint>

namespace weir::test {

class seeded {
public:
  explicit seeded(std::uint64_t seed) : state_(seed) {}
  auto next() -> std::uint64_t {
    auto z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  /// low..high, both included.
  auto between(std::uint64_t low, std::uint64_t high) -> std::uint64_t {
    return low + next() % (high - low + 1);
  }
  auto one_in(std::uint64_t n) -> bool { return n > 0 && next() % n == 0; }
  auto time_between(std::chrono::nanoseconds low, std::chrono::nanoseconds high) -> std::chrono::nanoseconds {
    return std::chrono::nanoseconds{
        between(static_cast<std::uint64_t>(low.count()), static_cast<std::uint64_t>(high.count()))};
  }

private:
  std::uint64_t state_;
};

} // namespace weir::test
