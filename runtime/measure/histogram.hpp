/// How long things take, in fixed steps: four to each doubling, so that a value is known to a fifth of it.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace weir {

/// Of nanoseconds from 1 µs to an hour; what is less or more is in the first or last step. A plain value: whoever
/// publishes it copies its words.
class histogram {
public:
  static constexpr std::size_t steps = 128;

  void add(std::uint64_t value) {
    ++words_[0];
    words_[1] += value;
    if (value > words_[2]) words_[2] = value;
    ++words_[first_step + step_of(value)];
  }
  auto count() const -> std::uint64_t { return words_[0]; }
  auto sum() const -> std::uint64_t { return words_[1]; }
  auto max() const -> std::uint64_t { return words_[2]; }
  auto of_step(std::size_t step) const -> std::uint64_t { return words_[first_step + step]; }
  /// What that part of all values does not exceed: the end of a step, or the greatest value; 0 of none.
  auto quantile(double part) const -> std::uint64_t;

  static constexpr auto step_of(std::uint64_t value) -> std::size_t {
    const auto bits = std::bit_width(value);
    if (bits <= least_bits) return 0;
    const auto step = static_cast<std::size_t>(bits - 1 - least_bits) * 4 + ((value >> (bits - 3)) & 3U);
    return step < steps ? step : steps - 1;
  }
  /// The first value behind the step.
  static constexpr auto end_of(std::size_t step) -> std::uint64_t {
    return (5 + std::uint64_t{step % 4}) << (step / 4 + least_bits - 2);
  }

  /// Count, sum, greatest, steps.
  auto words() const -> std::span<const std::uint64_t> { return words_; }
  auto words() -> std::span<std::uint64_t> { return words_; }

private:
  static constexpr int least_bits = 10; ///< 2^10 ns, and less, is in the first step
  static constexpr std::size_t first_step = 3;
  std::array<std::uint64_t, first_step + steps> words_{};
};

} // namespace weir
