#include "actors/sinks/network/name_part.hpp"

#include "runtime/base/crc32c.hpp"

#include <cctype>

namespace weir {
namespace {

constexpr auto name_part_bytes_max = std::size_t{100};

auto is_kept_in_name(char byte) -> bool {
  const auto code = static_cast<unsigned char>(byte);
  return code < 128 && (std::isalnum(code) != 0 || std::string_view{"._-="}.find(byte) != std::string_view::npos);
}

auto crc_digits(std::string_view text) -> std::string {
  auto made = std::string{};
  for (auto shift = 32U; shift > 0; shift -= 4) made += "0123456789abcdef"[crc32c(text) >> (shift - 4) & 15U];
  return made;
}

} // namespace

auto name_part_of(std::string_view tag) -> std::string {
  if (tag.empty()) return "none";
  auto made = std::string{tag};
  const auto is_dots = made.find_first_not_of('.') == std::string::npos;
  for (auto& byte : made)
    if (is_dots || !is_kept_in_name(byte)) byte = '_';
  if (made.size() <= name_part_bytes_max) return made;
  return made.substr(0, name_part_bytes_max - 9) + '-' + crc_digits(tag);
}

} // namespace weir
