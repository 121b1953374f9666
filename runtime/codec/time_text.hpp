/// Times as text: ISO 8601 in UTC with nanoseconds, made without a calendar library.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir {

/// Size of "2026-11-22T15:04:05.123456789Z".
inline constexpr std::size_t time_text_bytes = 30;
/// Of these, what only changes with the second: "2026-11-22T15:04:05.".
inline constexpr std::size_t second_text_bytes = 20;

/// The second that holds `time_ns`, also before 1970.
constexpr auto second_of(std::int64_t time_ns) noexcept -> std::int64_t {
  return time_ns / 1'000'000'000 - (time_ns % 1'000'000'000 < 0 ? 1 : 0);
}

/// Writes second_text_bytes for a time in the years 0 to 9999.
void write_second_text(char* to, std::int64_t second) noexcept;
/// Writes the nine digits of `nanoseconds` (below 10^9) and a Z.
void write_fraction_text(char* to, std::uint32_t nanoseconds) noexcept;
/// Writes time_text_bytes.
void write_time_text(char* to, std::int64_t time_ns) noexcept;

} // namespace weir
