/// Which times an event can have, and what a bare number says about time.
//
//  EventTime has 32 bits of seconds since 1970: what lies before 1970-01-01 or behind 2106-02-07T06:28:15.999999999Z
//  cannot be held.
//
//  A number that should be seconds is taken by its magnitude:
//    below 10^11 seconds, below 10^14 milliseconds, below 10^17 microseconds, from there on nanoseconds
//  No second from 2^32 on can be held, so nothing that could be seconds is taken for anything else.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

/// The first time that cannot be held.
inline constexpr auto event_time_limit_ns = (std::int64_t{1} << 32) * 1'000'000'000;

constexpr auto is_event_time(std::int64_t time_ns) -> bool {
  return time_ns >= 0 && time_ns < event_time_limit_ns;
}

enum class time_unit : std::uint8_t {
  by_magnitude, ///< seconds, or what the number is too large for
  seconds,
  milliseconds,
  microseconds,
  nanoseconds
};

/// Nanoseconds since 1970 of `[+-]digits[.digits][e[+-]digits]`, exactly; what is finer is cut off. Nothing if
/// the text is another, or the time cannot be held.
auto time_of_number(std::string_view text, time_unit unit) -> std::optional<std::int64_t>;
/// The same of a number, also of one that no event can have: nothing only where 64 bits cannot hold it.
auto time_of_number(std::int64_t number, time_unit unit) -> std::optional<std::int64_t>;
/// As many digits as the number has: a fraction of a power of two is exact. Nothing for NaN and infinities.
auto time_of_number(double number, time_unit unit) -> std::optional<std::int64_t>;

} // namespace weir
