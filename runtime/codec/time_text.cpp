#include "runtime/codec/time_text.hpp"

#include <array>
#include <cstring>

namespace weir {
namespace {

/// "00" to "99".
constexpr auto pairs = [] {
  auto table = std::array<char, 200>{};
  for (auto i = 0U; i < 200; ++i) table[i] = static_cast<char>('0' + (i % 2 == 0 ? i / 20 : i / 2 % 10));
  return table;
}();

void two_digits(char* to, std::uint32_t number) noexcept { std::memcpy(to, &pairs[number * 2], 2); }

struct date {
  std::uint32_t year, month, day;
};

/// Days since 1970-01-01 to the proleptic Gregorian date. Counts in years that begin in March, so that
/// the leap day is the last of its year; 719468 days lie between 0000-03-01 and the epoch.
auto date_of(std::int64_t days) noexcept -> date {
  const auto shifted = days + 719'468;
  const auto era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const auto day_of_era = static_cast<std::uint32_t>(shifted - era * 146'097);
  const auto year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const auto day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const auto shifted_month = (5 * day_of_year + 2) / 153;
  const auto month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const auto year = static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<std::uint32_t>(year), month, day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

} // namespace

void write_second_text(char* to, std::int64_t second) noexcept {
  const auto days = second / 86'400 - (second % 86'400 < 0 ? 1 : 0);
  const auto of_day = static_cast<std::uint32_t>(second - days * 86'400);
  const auto d = date_of(days);
  std::memcpy(to, "0000-00-00T00:00:00.", second_text_bytes);
  two_digits(to, d.year / 100 % 100);
  two_digits(to + 2, d.year % 100);
  two_digits(to + 5, d.month);
  two_digits(to + 8, d.day);
  two_digits(to + 11, of_day / 3600);
  two_digits(to + 14, of_day / 60 % 60);
  two_digits(to + 17, of_day % 60);
}

void write_fraction_text(char* to, std::uint32_t nanoseconds) noexcept {
  const auto high = nanoseconds / 100'000;
  const auto low = nanoseconds % 100'000;
  two_digits(to, high / 100);
  two_digits(to + 2, high % 100);
  two_digits(to + 4, low / 1000);
  two_digits(to + 6, low / 10 % 100);
  to[8] = static_cast<char>('0' + low % 10);
  to[9] = 'Z';
}

void write_time_text(char* to, std::int64_t time_ns) noexcept {
  const auto second = second_of(time_ns);
  write_second_text(to, second);
  write_fraction_text(to + second_text_bytes, static_cast<std::uint32_t>(time_ns - second * 1'000'000'000));
}

} // namespace weir
