/// msgpack through a bare pointer, for parsers that made enough room before.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::pack {

/// The most that any header or number takes.
inline constexpr std::size_t head_bytes_max = 10;

template <class T> inline auto big_endian(char* to, unsigned char type, T value) -> char* {
  *to = static_cast<char>(type);
  if constexpr (sizeof value == 1) to[1] = static_cast<char>(value);
  if constexpr (sizeof value == 2) value = __builtin_bswap16(value);
  if constexpr (sizeof value == 4) value = __builtin_bswap32(value);
  if constexpr (sizeof value == 8) value = __builtin_bswap64(value);
  if constexpr (sizeof value > 1) std::memcpy(to + 1, &value, sizeof value);
  return to + 1 + sizeof value;
}

[[gnu::always_inline]] inline auto str_head(char* to, std::size_t size) -> char* {
  if (size < 32) return *to = static_cast<char>(0xa0 | size), to + 1;
  if (size <= UINT8_MAX) return big_endian(to, 0xd9, static_cast<std::uint8_t>(size));
  if (size <= UINT16_MAX) return big_endian(to, 0xda, static_cast<std::uint16_t>(size));
  return big_endian(to, 0xdb, static_cast<std::uint32_t>(size));
}

template <class Word> inline void copy_ends(char* to, const char* from, std::size_t size) {
  Word first;
  Word last;
  std::memcpy(&first, from, sizeof first);
  std::memcpy(&last, from + size - sizeof last, sizeof last);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + size - sizeof last, &last, sizeof last);
}

/// memcpy without the call for the short strings that logs are made of.
[[gnu::always_inline]] inline auto bytes(char* to, std::string_view from) -> char* {
  struct pair {
    std::uint64_t low, high;
  };
  const auto size = from.size();
  // No string is that long; gcc would warn of the copy otherwise.
  if (size > static_cast<std::size_t>(PTRDIFF_MAX)) __builtin_unreachable();
  if (size > 32)
    std::memcpy(to, from.data(), size);
  else if (size >= 16)
    copy_ends<pair>(to, from.data(), size);
  else if (size >= 8)
    copy_ends<std::uint64_t>(to, from.data(), size);
  else if (size >= 4)
    copy_ends<std::uint32_t>(to, from.data(), size);
  else if (size >= 2)
    copy_ends<std::uint16_t>(to, from.data(), size);
  else if (size == 1)
    *to = from.front();
  return to + size;
}

[[gnu::always_inline]] inline auto str(char* to, std::string_view text) -> char* { return bytes(str_head(to, text.size()), text); }

inline auto unsigned_integer(char* to, std::uint64_t value) -> char* {
  if (value < 0x80) return *to = static_cast<char>(value), to + 1;
  if (value <= UINT8_MAX) return big_endian(to, 0xcc, static_cast<std::uint8_t>(value));
  if (value <= UINT16_MAX) return big_endian(to, 0xcd, static_cast<std::uint16_t>(value));
  if (value <= UINT32_MAX) return big_endian(to, 0xce, static_cast<std::uint32_t>(value));
  return big_endian(to, 0xcf, value);
}

/// Of a number below zero.
inline auto negative_integer(char* to, std::int64_t value) -> char* {
  if (value >= -32) return *to = static_cast<char>(value), to + 1;
  if (value >= INT8_MIN) return big_endian(to, 0xd0, static_cast<std::uint8_t>(value));
  if (value >= INT16_MIN) return big_endian(to, 0xd1, static_cast<std::uint16_t>(value));
  if (value >= INT32_MIN) return big_endian(to, 0xd2, static_cast<std::uint32_t>(value));
  return big_endian(to, 0xd3, static_cast<std::uint64_t>(value));
}

inline auto integer(char* to, std::int64_t value) -> char* {
  return value < 0 ? negative_integer(to, value) : unsigned_integer(to, static_cast<std::uint64_t>(value));
}

inline auto real(char* to, double value) -> char* {
  return big_endian(to, 0xcb, std::bit_cast<std::uint64_t>(value));
}

} // namespace weir::pack
