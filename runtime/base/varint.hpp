/// Numbers in as many bytes as they need: LEB128, and its zigzag form for signed ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

inline constexpr std::size_t varint_bytes_max = 10;

/// `to` has room for varint_bytes_max; returns where the number ends.
[[gnu::always_inline]] inline auto write_uvarint(char* to, std::uint64_t n) -> char* {
  for (; n >= 0x80; n >>= 7) *to++ = static_cast<char>(n | 0x80);
  *to++ = static_cast<char>(n);
  return to;
}

/// Takes a number from the front of `from`; false if it is cut, or longer than any. Total.
inline auto read_uvarint(std::string_view& from, std::uint64_t& value) -> bool {
  value = 0;
  for (auto shift = 0U; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

inline auto to_zigzag(std::int64_t n) -> std::uint64_t {
  return (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63);
}

inline auto from_zigzag(std::uint64_t n) -> std::int64_t {
  return static_cast<std::int64_t>((n >> 1) ^ (~(n & 1) + 1));
}

} // namespace weir
