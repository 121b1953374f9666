/// Small steps that every parser takes over text; no locale, nothing read past an end but where it is said.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace weir::scan {

/// The first `c` from `at` on, or `end`. For short words, where a call of memchr costs more than the search; reads up
/// to 15 bytes behind `end` (see line_padding).
[[gnu::always_inline]] inline auto find_near(const char* at, const char* end, char c) -> const char* {
#ifdef __SSE2__
  const auto wanted = _mm_set1_epi8(c);
  for (; at < end; at += 16) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
    if (found == 0) continue;
    const auto* const first = at + __builtin_ctz(found);
    return first < end ? first : end;
  }
#else
  for (; at < end; ++at)
    if (*at == c) return at;
#endif
  return end;
}

constexpr auto is_digit(char c) -> bool { return static_cast<unsigned char>(c - '0') < 10; }
constexpr auto is_alpha(char c) -> bool { return static_cast<unsigned char>((c | 0x20) - 'a') < 26; }
constexpr auto is_space(char c) -> bool { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// How many digits `text` begins with, at most `most`.
constexpr auto leading_digits(std::string_view text, std::size_t most) -> std::size_t {
  auto count = std::size_t{0};
  while (count < most && count < text.size() && is_digit(text[count])) ++count;
  return count;
}

/// `digits` holds at most 18 digits and nothing else.
constexpr auto to_number(std::string_view digits) -> std::int64_t {
  auto number = std::int64_t{0};
  for (const auto c : digits) number = number * 10 + (c - '0');
  return number;
}

/// Exactly two digits at `at`; a negative number if there is anything else.
constexpr auto two_digits(const char* at) -> int {
  return is_digit(at[0]) && is_digit(at[1]) ? (at[0] - '0') * 10 + (at[1] - '0') : -1;
}

/// 1..12 for "Jan".."Dec" in any case, 0 for anything else; reads three bytes.
constexpr auto month_of(const char* at) -> unsigned {
  constexpr auto names = std::string_view{"janfebmaraprmayjunjulaugsepoctnovdec"};
  for (unsigned m = 0; m < 12; ++m)
    if ((at[0] | 0x20) == names[m * 3] && (at[1] | 0x20) == names[m * 3 + 1]
        && (at[2] | 0x20) == names[m * 3 + 2])
      return m + 1;
  return 0;
}

/// Nanoseconds of a fraction's digits; digits beyond the ninth are dropped.
constexpr auto fraction_ns(std::string_view digits) -> std::int64_t {
  auto ns = to_number(digits.substr(0, 9));
  for (auto size = digits.size(); size < 9; ++size) ns *= 10;
  return ns;
}

/// Z, +hh, +hhmm or +hh:mm at the start of `text`; returns the bytes it takes, 0 if there is none.
constexpr auto zone_offset(std::string_view text, std::int32_t& seconds) -> std::size_t {
  if (text.empty()) return 0;
  seconds = 0;
  if (text[0] == 'Z' || text[0] == 'z') return 1;
  if ((text[0] != '+' && text[0] != '-') || text.size() < 3) return 0;
  const auto hours = two_digits(text.data() + 1);
  if (hours < 0 || hours > 23) return 0;
  auto minutes = 0;
  auto used = std::size_t{3};
  const auto colon = std::size_t{text.size() > 3 && text[3] == ':'};
  if (text.size() >= 5 + colon && two_digits(text.data() + 3 + colon) >= 0) {
    minutes = two_digits(text.data() + 3 + colon);
    used = 5 + colon;
  }
  if (minutes > 59) return 0;
  seconds = (hours * 60 + minutes) * 60;
  if (text[0] == '-') seconds = -seconds;
  return used;
}

} // namespace weir::scan
