/// How much at once, and when, a store that says "too much" is given: less after each such word, then more again.
#pragma once

#include "runtime/base/backoff.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <optional>

namespace weir {

/// Additive increase, multiplicative decrease, of whatever the store counts: requests under way, bytes or events of a
/// request. Each store object has its own, so that writers slow down independently and share by that. Pure.
class overload_pace {
public:
  struct bounds {
    std::uint64_t min = 1;
    std::uint64_t max = 1;  ///< what is allowed at first, and again in the end
    std::uint64_t step = 1; ///< more after each request of a full share that went well
  };
  explicit overload_pace(const bounds& b, backoff_settings wait = {std::chrono::milliseconds{50}, std::chrono::seconds{10}})
      : bounds_(b), wait_(wait), permits_(b.max) {}

  /// How much at once.
  auto permits() const -> std::uint64_t { return permits_; }
  /// A share of `used` went well.
  void worked(std::uint64_t used);
  /// The store was overloaded by `used`. `asked`: how long it wants to be left alone.
  void overloaded(std::uint64_t used, monotonic_time now, std::optional<duration> asked, std::uint64_t random);
  /// No share is ever larger again: the store said what it never takes.
  void limit(std::uint64_t max);
  /// How long from now until the next one may go; 0: at once.
  auto wait(monotonic_time now) const -> duration;
  /// How often in a row it was too much.
  auto failures() const -> std::uint32_t { return failures_; }

private:
  bounds bounds_;
  backoff_settings wait_;
  std::uint64_t permits_;
  std::uint32_t failures_ = 0;
  monotonic_time not_before_{};
};

} // namespace weir
