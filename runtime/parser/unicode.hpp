/// Hexadecimal digits, surrogates and UTF-8: what escapes of characters are made of.
#pragma once

#include "runtime/base/scan.hpp"

#include <cstdint>
#include <string_view>

namespace weir::unicode {

inline constexpr auto replacement = std::uint32_t{0xfffd};

constexpr auto hex_value(char c) -> int {
  if (scan::is_digit(c)) return c - '0';
  const auto letter = (c | 0x20) - 'a';
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

/// The number that `size` (at most 8) hexadecimal digits at the front make; -1 if there are none.
constexpr auto hex_number(std::string_view text, std::size_t size) -> std::int64_t {
  if (text.size() < size) return -1;
  auto number = std::int64_t{0};
  for (const auto c : text.substr(0, size)) {
    const auto value = hex_value(c);
    if (value < 0) return -1;
    number = number * 16 + value;
  }
  return number;
}

constexpr auto is_surrogate(std::uint32_t code) -> bool { return code >= 0xd800 && code < 0xe000; }
/// The character of a pair; `replacement` if it is none.
constexpr auto of_surrogates(std::uint32_t first, std::int64_t second) -> std::uint32_t {
  if (first >= 0xdc00 || second < 0xdc00 || second >= 0xe000) return replacement;
  return 0x10000 + ((first - 0xd800) << 10) + (static_cast<std::uint32_t>(second) - 0xdc00);
}

/// Writes a character, below 0x110000, as one to four bytes and returns the end.
constexpr auto put_utf8(char* to, std::uint32_t code) -> char* {
  if (code < 0x80) return *to = static_cast<char>(code), to + 1;
  if (code < 0x800) {
    *to++ = static_cast<char>(0xc0 | (code >> 6));
  } else if (code < 0x10000) {
    *to++ = static_cast<char>(0xe0 | (code >> 12));
    *to++ = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
  } else {
    *to++ = static_cast<char>(0xf0 | (code >> 18));
    *to++ = static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    *to++ = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
  }
  *to = static_cast<char>(0x80 | (code & 0x3f));
  return to + 1;
}

} // namespace weir::unicode
