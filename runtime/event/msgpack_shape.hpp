/// How to step over a msgpack value, by its first byte: the table that all readers share.
#pragma once

#include "runtime/event/msgpack.hpp"

#include <array>
#include <cstring>

namespace weir::msgpack_shape {

template <class T> auto load(const char* from) noexcept -> T {
  auto value = T{};
  std::memcpy(&value, from, sizeof value);
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(value));
  return value;
}

/// How to step over a value, by its first byte.
struct shape {
  msgpack_type type = msgpack_type::invalid;
  std::uint8_t fixed = 0;   ///< bytes that always belong to it, the type byte included
  std::uint8_t width = 0;   ///< bytes of a length or count behind the type byte
  std::uint8_t payload = 0; ///< fixstr, fixarray, fixmap: the length or count itself
};

constexpr auto shape_of(unsigned byte) -> shape {
  using enum msgpack_type;
  if (byte <= 0x7f || byte >= 0xe0) return {integer, 1, 0, 0};
  if (byte <= 0x8f) return {map, 1, 0, static_cast<std::uint8_t>(byte & 0x0f)};
  if (byte <= 0x9f) return {array, 1, 0, static_cast<std::uint8_t>(byte & 0x0f)};
  if (byte <= 0xbf) return {str, 1, 0, static_cast<std::uint8_t>(byte & 0x1f)};
  switch (byte) {
  case 0xc0: return {nil, 1, 0, 0};
  case 0xc2:
  case 0xc3: return {boolean, 1, 0, 0};
  case 0xc4: return {bin, 2, 1, 0};
  case 0xc5: return {bin, 3, 2, 0};
  case 0xc6: return {bin, 5, 4, 0};
  case 0xc7: return {ext, 3, 1, 0};
  case 0xc8: return {ext, 4, 2, 0};
  case 0xc9: return {ext, 6, 4, 0};
  case 0xca: return {real, 5, 0, 0};
  case 0xcb: return {real, 9, 0, 0};
  case 0xcc:
  case 0xd0: return {integer, 2, 0, 0};
  case 0xcd:
  case 0xd1: return {integer, 3, 0, 0};
  case 0xce:
  case 0xd2: return {integer, 5, 0, 0};
  case 0xcf:
  case 0xd3: return {integer, 9, 0, 0};
  case 0xd4: return {ext, 3, 0, 0};
  case 0xd5: return {ext, 4, 0, 0};
  case 0xd6: return {ext, 6, 0, 0};
  case 0xd7: return {ext, 10, 0, 0};
  case 0xd8: return {ext, 18, 0, 0};
  case 0xd9: return {str, 2, 1, 0};
  case 0xda: return {str, 3, 2, 0};
  case 0xdb: return {str, 5, 4, 0};
  case 0xdc: return {array, 3, 2, 0};
  case 0xdd: return {array, 5, 4, 0};
  case 0xde: return {map, 3, 2, 0};
  case 0xdf: return {map, 5, 4, 0};
  default: return {invalid, 1, 0, 0};
  }
}

constexpr auto make_shapes() {
  auto table = std::array<shape, 256>{};
  for (unsigned byte = 0; byte < 256; ++byte) table[byte] = shape_of(byte);
  return table;
}

inline constexpr auto shapes = make_shapes();

inline auto shape_at(const char* at) noexcept -> const shape& {
  return shapes[static_cast<unsigned char>(*at)];
}

inline auto announced(const char* at, const shape& s) noexcept -> std::uint32_t {
  switch (s.width) {
  case 1: return static_cast<unsigned char>(at[1]);
  case 2: return load<std::uint16_t>(at + 1);
  case 4: return load<std::uint32_t>(at + 1);
  default: return s.payload;
  }
}

} // namespace weir::msgpack_shape
