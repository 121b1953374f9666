#include "runtime/event/event_time.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace weir {
namespace {

/// The decimal digits of a number without zeros in front, and where its point is among (or beyond) them.
struct decimal {
  char digits[32] = {}; ///< no time has more that matter
  int digit_count = 0;
  int whole_digits = 0;
  bool negative = false;

  void add(char digit, bool whole) {
    const auto leading_zero = digit_count == 0 && digit == '0';
    if (whole && !leading_zero) ++whole_digits;
    if (!whole && leading_zero) --whole_digits;
    if (!leading_zero && digit_count < static_cast<int>(sizeof digits)) digits[digit_count++] = digit;
  }
};

auto is_digit(std::string_view text) -> bool {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

auto take(std::string_view& text, std::string_view any_of) -> char {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return '\0';
  const auto taken = text.front();
  text.remove_prefix(1);
  return taken;
}

auto take_digits(std::string_view& text, bool whole, decimal& into) -> bool {
  if (!is_digit(text)) return false;
  for (; is_digit(text); text.remove_prefix(1)) into.add(text.front(), whole);
  return true;
}

auto take_exponent(std::string_view& text, int& exponent) -> bool {
  constexpr auto exponent_max = 100'000; // beyond it every number is nothing or too large
  const auto negative = take(text, "+-") == '-';
  if (!is_digit(text)) return false;
  for (; is_digit(text); text.remove_prefix(1))
    exponent = std::min(exponent * 10 + (text.front() - '0'), exponent_max);
  if (negative) exponent = -exponent;
  return true;
}

auto read_decimal(std::string_view text) -> std::optional<decimal> {
  auto read = decimal{};
  auto exponent = 0;
  read.negative = take(text, "+-") == '-';
  if (!take_digits(text, true, read)) return std::nullopt;
  if (take(text, ".") != '\0' && !take_digits(text, false, read)) return std::nullopt;
  if (take(text, "eE") != '\0' && !take_exponent(text, exponent)) return std::nullopt;
  if (!text.empty()) return std::nullopt;
  read.whole_digits += exponent;
  return read;
}

/// What a number with so many digits before its point counts.
auto resolved(time_unit unit, int whole_digits) -> time_unit {
  if (unit != time_unit::by_magnitude) return unit;
  if (whole_digits <= 11) return time_unit::seconds;
  if (whole_digits <= 14) return time_unit::milliseconds;
  return whole_digits <= 17 ? time_unit::microseconds : time_unit::nanoseconds;
}

/// Decimal places from the unit to nanoseconds.
auto places_of(time_unit unit, int whole_digits) -> int {
  switch (resolved(unit, whole_digits)) {
  case time_unit::seconds: return 9;
  case time_unit::milliseconds: return 6;
  case time_unit::microseconds: return 3;
  default: return 0;
  }
}

/// Nanoseconds in one of what the number counts.
auto unit_ns(double magnitude, time_unit unit) -> std::int64_t {
  const auto digits = magnitude < 1e11 ? 11 : magnitude < 1e14 ? 14 : magnitude < 1e17 ? 17 : 18;
  constexpr auto by_thousands = std::array<std::int64_t, 4>{1, 1'000, 1'000'000, 1'000'000'000};
  return by_thousands[static_cast<std::size_t>(places_of(unit, digits)) / 3];
}

} // namespace

auto time_of_number(std::string_view text, time_unit unit) -> std::optional<std::int64_t> {
  const auto number = read_decimal(text);
  if (!number) return std::nullopt;
  if (number->digit_count == 0) return 0;
  const auto size = number->whole_digits + places_of(unit, number->whole_digits);
  if (number->negative || size > 19) return std::nullopt;
  auto ns = std::uint64_t{0};
  for (auto i = 0; i < size; ++i)
    ns = ns * 10 + static_cast<unsigned>(i < number->digit_count ? number->digits[i] - '0' : 0);
  if (ns >= static_cast<std::uint64_t>(event_time_limit_ns)) return std::nullopt;
  return static_cast<std::int64_t>(ns);
}

auto time_of_number(std::int64_t number, time_unit unit) -> std::optional<std::int64_t> {
  auto time_ns = std::int64_t{0};
  if (__builtin_mul_overflow(number, unit_ns(std::fabs(static_cast<double>(number)), unit), &time_ns))
    return std::nullopt;
  return time_ns;
}

auto time_of_number(double number, time_unit unit) -> std::optional<std::int64_t> {
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
