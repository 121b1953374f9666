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

auto first_character(std::string_view text) -> std::size_t {
  const auto wanted = character_bytes(text.front());
  if (text.size() < wanted) return 1;
  for (std::size_t i = 1; i < wanted; ++i)
    if (!is_continuation(text[i])) return 1;
  return wanted;
}

auto columns_taken_by(std::string_view text) -> std::size_t {
  auto columns = std::size_t{0};
  for (; !text.empty(); ++columns) text.remove_prefix(first_character(text));
  return columns;
}

auto within_columns(std::string_view text, std::size_t columns_max) -> std::size_t {
  auto bytes = std::size_t{0};
  for (; bytes < text.size() && columns_max > 0; --columns_max) bytes += first_character(text.substr(bytes));
  return bytes;
}

} // namespace weir
