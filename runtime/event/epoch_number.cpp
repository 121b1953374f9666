#include "runtime/event/epoch_number.hpp"

#include <cmath>

namespace weir {
namespace {

constexpr auto second_ns = std::int64_t{1'000'000'000};
constexpr auto milliseconds_min = 1e11;
constexpr auto microseconds_min = 1e14;
constexpr auto nanoseconds_min = 1e17;

auto unit_ns(double magnitude, epoch_unit unit) -> std::int64_t {
  if (unit == epoch_unit::seconds || magnitude < milliseconds_min) return second_ns;
  if (magnitude < microseconds_min) return second_ns / 1'000;
  return magnitude < nanoseconds_min ? second_ns / 1'000'000 : 1;
}

} // namespace

auto epoch_time(std::int64_t number, epoch_unit unit) -> std::optional<std::int64_t> {
  auto time_ns = std::int64_t{0};
  if (__builtin_mul_overflow(number, unit_ns(std::fabs(static_cast<double>(number)), unit), &time_ns))
    return std::nullopt;
  return time_ns;
}

auto epoch_time(double number, epoch_unit unit) -> std::optional<std::int64_t> {
  constexpr auto limit = 9223372036854774784.0; // the largest double below 2^63
  if (!std::isfinite(number)) return std::nullopt;
  const auto one = unit_ns(std::fabs(number), unit);
  const auto whole = std::trunc(number);
  // What lies behind the point is exact; the product of both parts would not be.
  const auto rest_ns = std::llround((number - whole) * static_cast<double>(one));
  if (std::fabs(whole) >= limit / static_cast<double>(one) - 1) return std::nullopt;
  return static_cast<std::int64_t>(whole) * one + rest_ns;
}

} // namespace weir
