/// The hot part of JSON strings: copying while looking for bytes that need an escape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace weir::json {

/// Bit i is set if byte i needs more than a copy: a control character, `"`, `\` or anything not ASCII.
#ifdef __SSE2__
[[gnu::always_inline]] inline auto copy_16(char* to, const char* from) noexcept -> std::uint32_t {
  const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
  // Signed: what is not ASCII is below zero, and so below a space.
  const auto low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
  const auto quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const auto backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, backslash))));
}
#else
[[gnu::always_inline]] inline auto copy_16(char* to, const char* from) noexcept -> std::uint32_t {
  auto mask = std::uint32_t{0};
  for (unsigned i = 0; i < 16; ++i) {
    const auto byte = static_cast<signed char>(from[i]);
    to[i] = from[i];
    mask |= static_cast<std::uint32_t>(byte < 0x20 || byte == '"' || byte == '\\') << i;
  }
  return mask;
}
#endif

/// Copies 32 bytes; a zero means that the first `size` (below 32) of them were clean.
[[gnu::always_inline]] inline auto copy_short(char* to, const char* from, unsigned size) noexcept
    -> std::uint32_t {
  auto dirty = copy_16(to, from);
  if (size > 16) dirty |= copy_16(to + 16, from + 16) << 16;
  return dirty & ((std::uint32_t{1} << size) - 1);
}

/// Copies `size` bytes, at least 16, and returns whether all were clean. Writes and reads nothing beyond
/// them.
[[gnu::always_inline]] inline auto copy_if_clean(char* to, const char* from, std::size_t size) noexcept
    -> bool {
  auto dirty = std::uint32_t{0};
  const auto last = size - 16; // overlaps its neighbour
  for (auto at = std::size_t{0}; at < last; at += 16) dirty |= copy_16(to + at, from + at);
  return (dirty | copy_16(to + last, from + last)) == 0;
}

/// Copies from `from` up to the first dirty byte or `end` and returns where that is. May write 16 bytes too
/// many, never reads behind `end`.
inline auto copy_clean(char*& to, const char* from, const char* end) noexcept -> const char* {
  for (; end - from >= 16; from += 16, to += 16) {
    const auto dirty = copy_16(to, from);
    if (dirty == 0) continue;
    const auto clean = __builtin_ctz(dirty);
    to += clean;
    return from + clean;
  }
  if (from == end) return end;
  char last[16] = {};
  const auto left = static_cast<unsigned>(end - from);
  std::memcpy(last, from, left);
  const auto dirty = copy_16(to, last) | std::uint32_t{1} << left;
  const auto clean = __builtin_ctz(dirty);
  to += clean;
  return from + clean;
}

/// Bytes of the UTF-8 character at `from`, which is not ASCII; 0 if it is none (Unicode, table 3-7).
inline auto utf8_length(const char* from, const char* end) noexcept -> unsigned {
  const auto byte = [from](int i) { return static_cast<unsigned char>(from[i]); };
  const auto follows = [&](int i) { return (byte(i) & 0xc0) == 0x80; };
  const auto left = end - from;
  const auto first = byte(0);
  if (first < 0xc2 || first > 0xf4 || left < 2) return 0;
  if (first < 0xe0) return follows(1) ? 2 : 0;
  const auto low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const auto high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high || left < 3 || !follows(2)) return 0;
  if (first < 0xf0) return 3;
  return left >= 4 && follows(3) ? 4 : 0;
}

inline auto put_text(char* to, std::string_view text) noexcept -> char* {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

/// Writes two digits a byte.
auto put_hex(char* to, std::string_view bytes) noexcept -> char*;

/// Writes text as the inside of a JSON string; `to` has room for six times the text and 16 bytes more.
auto put_escaped(char* to, std::string_view text) noexcept -> char*;

} // namespace weir::json
