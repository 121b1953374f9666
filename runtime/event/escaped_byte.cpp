#include "runtime/event/escaped_byte.hpp"

#include <cstring>

namespace weir::escaped_byte {
namespace {

constexpr auto digits = std::string_view{"0123456789abcdef"};

auto value_of(char digit) noexcept -> std::size_t { return digits.find(digit); }

} // namespace

auto is_at(std::string_view text) noexcept -> bool {
  return text.size() >= bytes_max && text.starts_with(marker) && value_of(text[3]) < 16 && value_of(text[4]) < 16;
}

auto put(char* to, char byte) noexcept -> char* {
  std::memcpy(to, marker.data(), marker.size());
  to[3] = digits[static_cast<unsigned char>(byte) >> 4];
  to[4] = digits[static_cast<unsigned char>(byte) & 15];
  return to + bytes_max;
}

auto decode(char* text, std::size_t size) noexcept -> std::size_t {
  auto* to = text;
  auto rest = std::string_view{text, size};
  while (!rest.empty()) {
    if (is_at(rest)) {
      *to++ = static_cast<char>(value_of(rest[3]) << 4 | value_of(rest[4]));
      rest.remove_prefix(bytes_max);
      continue;
    }
    const auto next = rest.find(marker.front(), 1);
    const auto plain = rest.substr(0, next);
    std::memmove(to, plain.data(), plain.size());
    to += plain.size();
    rest.remove_prefix(plain.size());
  }
  return static_cast<std::size_t>(to - text);
}

} // namespace weir::escaped_byte
