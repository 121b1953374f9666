/// Bytes that are no UTF-8, in text that has to be: one form in all that Weir writes and reads.
//
//  byte := U+241A (the symbol for "substitute", e2 90 9a) and two digits of 0-9a-f
//
//  `caf\xe9` is written as `caf␚e9`. The same five characters in the text itself are written as the form of their
//  first three bytes, `␚e2␚90␚9ae9`, so that what was written tells what it was made from. All other text stays.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::escaped_byte {

inline constexpr auto marker = std::string_view{"\xe2\x90\x9a"};
/// What one byte becomes.
inline constexpr std::size_t bytes_max = 5;

/// Whether `text` begins with the form of a byte.
auto is_at(std::string_view text) noexcept -> bool;
/// Writes the form of `byte` and returns its end.
auto put(char* to, char byte) noexcept -> char*;
/// Puts bytes in place of their forms and returns the new size.
auto decode(char* text, std::size_t size) noexcept -> std::size_t;
/// Whether decode() may have something to do.
inline auto may_be_in(std::string_view text) noexcept -> bool {
  for (auto at = text.find(marker.front()); at != std::string_view::npos; at = text.find(marker.front(), at + 1))
    if (is_at(text.substr(at))) return true;
  return false;
}

} // namespace weir::escaped_byte
