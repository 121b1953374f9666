#include "runtime/base/utf8.hpp"

namespace weir {
namespace {

auto is_continuation(char c) -> bool { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

/// Bytes of the character that begins so; 1 of what is no UTF-8.
auto character_bytes(char first) -> std::size_t {
  const auto byte = static_cast<unsigned char>(first);
  return byte >= 0xf8U ? 1 : byte >= 0xf0U ? 4 : byte >= 0xe0U ? 3 : byte >= 0xc0U ? 2 : 1;
}

} // namespace

auto whole_characters(std::string_view text, std::size_t bytes_max) -> std::size_t {
  if (text.size() <= bytes_max) return text.size();
  auto begin = bytes_max;
  while (begin > 0 && bytes_max - begin < 3 && is_continuation(text[begin])) --begin;
  const auto is_inside = begin > 0 && begin + character_bytes(text[begin]) > bytes_max;
  return is_inside ? begin : bytes_max;
}

} // namespace weir
