#include "runtime/codec/json_value.hpp"

#include "runtime/codec/json_number.hpp"
#include "runtime/codec/json_string.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/time_text.hpp"
#include "runtime/event/escaped_byte.hpp"
#include "runtime/event/msgpack.hpp"

#include <bit>

namespace weir {
namespace {

/// Room that is there before each value: a short key, a short value or a number, and the closing brackets of
/// all open containers.
constexpr auto room = std::size_t{128 + 2 * json_depth_max};

/// Where reading and writing stand. Passed by value, so that it stays in registers: stores through a char
/// pointer may change whatever has an address. What is before `to` is counted in the buffer by flush().
struct cursor {
  const char* at;
  const char* end;
  char* to;
  char* limit;
};

auto start(byte_buffer& out, std::string_view bytes) -> cursor {
  auto* to = out.tail(room);
  return {bytes.data(), bytes.data() + bytes.size(), to, out.data() + out.capacity()};
}

void flush(byte_buffer& out, const cursor& c) { out.advance(static_cast<std::size_t>(c.to - out.tail(0))); }

[[gnu::noinline]] auto grown(byte_buffer& out, cursor c, std::size_t bytes) -> cursor {
  flush(out, c);
  c.to = out.tail(bytes);
  c.limit = out.data() + out.capacity();
  return c;
}

[[gnu::always_inline]] inline void need(byte_buffer& out, cursor& c, std::size_t bytes) {
  if (static_cast<std::size_t>(c.limit - c.to) < bytes) [[unlikely]]
    c = grown(out, c, bytes);
}

template <class T> auto load(const char* from) noexcept -> T {
  auto value = T{};
  std::memcpy(&value, from, sizeof value);
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(value));
  return value;
}
/// reserve six times its size; a part does not end inside a UTF-8 character.
[[gnu::noinline]] auto put_string(byte_buffer& out, cursor c, std::string_view text) -> cursor {
  constexpr auto part_bytes = std::size_t{4096};
  *c.to++ = '"';
  while (!text.empty()) {
    auto size = text.size();
    if (size > part_bytes) {
      const auto is_inside = [text](std::size_t at) {
        return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
      };
      for (size = part_bytes; size > part_bytes - 3 && is_inside(size);) --size;
      if (is_inside(size)) size = part_bytes;
      // Nor does it end inside of what looks like the form of a byte.
      for (const auto back : {3U, 4U})
        if (text.substr(size - back, 3) == escaped_byte::marker) size -= back;
    }
    need(out, c, size * 6 + 32);
    c.to = json::put_escaped(c.to, text.substr(0, size));
    text.remove_prefix(size);
  }
  need(out, c, room);
  *c.to++ = '"';
  return c;
}

/// What JSON has no form for, byte by byte.
auto put_msgpack_hex(byte_buffer& out, cursor c, std::string_view bytes) -> cursor {
  need(out, c, bytes.size() * 2 + room);
  c.to = json::put_text(c.to, "\"msgpack:");
  c.to = json::put_hex(c.to, bytes);
  *c.to++ = '"';
  return c;
}

auto put_ext(byte_buffer& out, cursor c, std::int8_t type, std::string_view bytes) -> cursor {
  if (type == 0 && bytes.size() == 8) {
    *c.to++ = '"';
    write_time_text(c.to, std::int64_t{load<std::uint32_t>(bytes.data())} * 1'000'000'000
                              + load<std::uint32_t>(bytes.data() + 4));
    c.to += time_text_bytes;
    *c.to++ = '"';
    return c;
  }
  need(out, c, bytes.size() * 2 + room);
  c.to = json::put_text(c.to, "{\"type\":");
  c.to = json::put_signed(c.to, type);
  c.to = json::put_text(c.to, ",\"data\":\"");
  c.to = json::put_hex(c.to, bytes);
  c.to = json::put_text(c.to, "\"}");
  return c;
}

/// Numbers, nil and booleans; nullptr in `at` if there is none at the cursor.
[[gnu::always_inline]] inline void put_scalar(cursor& c) noexcept {
  const auto left = c.end - c.at;
  const auto number = [&](int size, auto put) {
    if (left <= size) return void(c.at = nullptr);
    c.to = put(c.at + 1);
    c.at += size + 1;
  };
  switch (static_cast<unsigned char>(*c.at)) {
  case 0xc0: c.to = json::put_text(c.to, "null"), ++c.at; break;
  case 0xc2: c.to = json::put_text(c.to, "false"), ++c.at; break;
  case 0xc3: c.to = json::put_text(c.to, "true"), ++c.at; break;
  case 0xca:
    number(4, [&](auto p) { return json::put_real(c.to, std::bit_cast<float>(load<std::uint32_t>(p))); });
    break;
  case 0xcb:
    number(8, [&](auto p) { return json::put_real(c.to, std::bit_cast<double>(load<std::uint64_t>(p))); });
    break;
  case 0xcc: number(1, [&](auto p) { return json::put_unsigned(c.to, load<std::uint8_t>(p)); }); break;
  case 0xcd: number(2, [&](auto p) { return json::put_unsigned(c.to, load<std::uint16_t>(p)); }); break;
  case 0xce: number(4, [&](auto p) { return json::put_unsigned(c.to, load<std::uint32_t>(p)); }); break;
  case 0xcf: number(8, [&](auto p) { return json::put_unsigned(c.to, load<std::uint64_t>(p)); }); break;
  case 0xd0: number(1, [&](auto p) { return json::put_signed(c.to, load<std::int8_t>(p)); }); break;
  case 0xd1:
    number(2,
           [&](auto p) { return json::put_signed(c.to, static_cast<std::int16_t>(load<std::uint16_t>(p))); });
    break;
  case 0xd2:
    number(4,
           [&](auto p) { return json::put_signed(c.to, static_cast<std::int32_t>(load<std::uint32_t>(p))); });
    break;
  case 0xd3:
    number(8,
           [&](auto p) { return json::put_signed(c.to, static_cast<std::int64_t>(load<std::uint64_t>(p))); });
    break;
  default: // fixint
    c.to = json::put_signed(c.to, static_cast<signed char>(*c.at)), ++c.at;
  }
}

/// Strings of all sizes, bin and ext; nullptr in `at` if the value is malformed.
[[gnu::noinline]] auto put_sized(byte_buffer& out, cursor c) -> cursor {
  auto read = msgpack_reader{{c.at, static_cast<std::size_t>(c.end - c.at)}};
  auto bytes = std::string_view{};
  auto type = std::int8_t{0};
  if (read.str_or_bin(bytes))
    c = put_string(out, c, bytes);
  else if (read.ext(type, bytes))
    c = put_ext(out, c, type, bytes);
  else
    return c.at = nullptr, c;
  c.at = read.at();
  return c;
}

auto is_container(unsigned char byte) noexcept -> bool {
  return (byte & 0xe0) == 0x80 || (byte >= 0xdc && byte <= 0xdf);
}

auto is_sized(unsigned char byte) noexcept -> bool {
  return (byte & 0xe0) == 0xa0 || (byte >= 0xc4 && byte <= 0xc9) || (byte >= 0xd4 && byte <= 0xdb);
}

auto is_short_text(const cursor& c, unsigned char byte) noexcept -> bool {
  return (byte & 0xe0) == 0xa0 && c.end - c.at > 32;
}

/// A fixstr with 32 readable bytes behind its first; falls back where escapes are needed.
[[gnu::always_inline]] inline void put_short_string(byte_buffer& out, cursor& c, unsigned char byte) {
  const auto size = byte & 0x1fU;
  *c.to = '"';
  if (json::copy_short(c.to + 1, c.at + 1, size) != 0) [[unlikely]]
    return void(c = put_sized(out, c));
  c.to[size + 1] = '"';
  c.to += size + 2;
  c.at += size + 1;
}

/// A str8 of at least 16 bytes; falls back where escapes are needed.
[[gnu::always_inline]] inline void put_medium_string(byte_buffer& out, cursor& c) {
  const auto size = static_cast<unsigned char>(c.at[1]);
  need(out, c, size + room);
  *c.to = '"';
  if (!json::copy_if_clean(c.to + 1, c.at + 2, size)) [[unlikely]]
    return void(c = put_sized(out, c));
  c.to[size + 1] = '"';
  c.to += size + 2;
  c.at += size + 2;
}

auto is_medium_text(const cursor& c, unsigned char byte) noexcept -> bool {
  return byte == 0xd9 && c.end - c.at > 2 && static_cast<unsigned char>(c.at[1]) >= 16
         && c.end - c.at >= static_cast<unsigned char>(c.at[1]) + 2;
}

/// A key that is not a fixstr.
[[gnu::noinline]] auto put_odd_key(byte_buffer& out, cursor c) -> cursor {
  const auto byte = static_cast<unsigned char>(*c.at);
  auto read = msgpack_reader{{c.at, static_cast<std::size_t>(c.end - c.at)}};
  auto bytes = std::string_view{};
  if (read.str_or_bin(bytes)) {
    c = put_string(out, c, bytes);
  } else if (!read.value(bytes)) {
    return c.at = nullptr, c;
  } else if (is_container(byte) || is_sized(byte)) {
    c = put_msgpack_hex(out, c, bytes);
  } else {
    *c.to++ = '"';
    put_scalar(c);
    *c.to++ = '"';
  }
  c.at = read.at();
  return c;
}

[[gnu::always_inline]] inline void put_key(byte_buffer& out, cursor& c) {
  const auto byte = static_cast<unsigned char>(*c.at);
  if (is_short_text(c, byte))
    put_short_string(out, c, byte);
  else
    c = put_odd_key(out, c);
  *c.to++ = ':';
}

/// What is_taken() may be true of: a cheap look at the length of the key at the cursor and at its end.
[[gnu::always_inline]] inline auto may_be_taken(const cursor& c) noexcept -> bool {
  constexpr auto sizes = [] {
    auto bits = 0U;
    for (auto marks = 0U; marks <= 4; ++marks) bits |= 3U << (3 + marks * record_mark.size());
    return bits;
  }();
  const auto byte = static_cast<unsigned char>(*c.at);
  if (!is_short_text(c, byte)) return true;
  const auto size = byte & 0x1fU;
  if ((sizes >> size & 1) == 0) return false;
  return std::memcmp(c.at + size - 3, "time", 4) == 0 || std::memcmp(c.at + size - 2, "tag", 3) == 0;
}

/// Writes the key with the mark if it is taken; else nothing.
[[gnu::noinline]] auto put_if_taken(byte_buffer& out, cursor c, line_keys own) -> cursor {
  auto key = std::string_view{};
  auto read = msgpack_reader{{c.at, static_cast<std::size_t>(c.end - c.at)}};
  if (!read.str_or_bin(key) || !is_taken(own, key)) return c;
  need(out, c, record_mark.size() + key.size() + room);
  *c.to++ = '"';
  c.to = json::put_text(json::put_text(c.to, record_mark), key);
  c.to = json::put_text(c.to, "\":");
  c.at = read.at();
  return c;
}

/// A key of the record itself.
[[gnu::always_inline]] inline void put_top_key(byte_buffer& out, cursor& c, line_keys own) {
  if (may_be_taken(c)) [[unlikely]] {
    const auto* before = c.at;
    c = put_if_taken(out, c, own);
    if (c.at != before) return;
  }
  put_key(out, c);
}

/// A container that is open.
struct frame {
  std::uint32_t left; ///< values, or pairs
  bool is_map;
};

/// Its header; nullptr in `at` if it is truncated.
[[gnu::always_inline]] inline auto read_header(cursor& c, unsigned char byte) noexcept -> frame {
  if (byte < 0xa0) return ++c.at, frame{byte & 0x0fU, byte < 0x90};
  const auto left = c.end - c.at;
  const auto wide = (byte & 1) != 0;
  if (left < (wide ? 5 : 3)) return c.at = nullptr, frame{0, false};
  const auto count = wide ? load<std::uint32_t>(c.at + 1) : load<std::uint16_t>(c.at + 1);
  c.at += wide ? 5 : 3;
  return {count, byte >= 0xde};
}

void close(cursor& c, const frame& f) noexcept {
  if (c.to[-1] == ',') --c.to;
  *c.to++ = f.is_map ? '}' : ']';
}

[[gnu::noinline]] auto put_too_deep(byte_buffer& out, cursor c) -> cursor {
  auto read = msgpack_reader{{c.at, static_cast<std::size_t>(c.end - c.at)}};
  auto bytes = std::string_view{};
  if (!read.value(bytes)) return c.at = nullptr, c;
  c = put_msgpack_hex(out, c, bytes);
  c.at = read.at();
  return c;
}

/// Writes what is inside the container `top`, whose opening bracket is written, and closes it. Each value is
/// followed by a comma, which the closing bracket then replaces. Keys that are taken by `own` get the mark.
/// nullptr in `at` if it is malformed.
auto put_container(byte_buffer& out, cursor c, frame top, line_keys own) -> cursor {
  frame open[json_depth_max]; // not initialised: most records have no container inside
  auto depth = 0U;
  for (;;) {
    while (top.left == 0) {
      close(c, top);
      if (depth == 0) return c;
      *c.to++ = ',';
      top = open[--depth];
    }
    --top.left;
    need(out, c, room);
    if (top.is_map) {
      if (c.at == c.end) break;
      if (depth == 0)
        put_top_key(out, c, own);
      else
        put_key(out, c);
      if (c.at == nullptr) break;
    }
    if (c.at == c.end) break;
    const auto byte = static_cast<unsigned char>(*c.at);
    if (is_short_text(c, byte)) {
      put_short_string(out, c, byte);
    } else if (is_medium_text(c, byte)) {
      put_medium_string(out, c);
    } else if (is_sized(byte)) {
      c = put_sized(out, c);
    } else if (byte == 0xc1) {
      break;
    } else if (!is_container(byte)) {
      put_scalar(c);
    } else if (depth + 1 == json_depth_max) {
      c = put_too_deep(out, c);
    } else {
      open[depth++] = top;
      top = read_header(c, byte);
      if (c.at == nullptr) break;
      *c.to++ = top.is_map ? '{' : '[';
      continue;
    }
    if (c.at == nullptr) break;
    *c.to++ = ',';
  }
  c.at = nullptr;
  return c;
}

} // namespace

auto take_json(byte_buffer& out, std::string_view& bytes) -> bool {
  if (bytes.empty()) return false;
  const auto before = out.size();
  const auto byte = static_cast<unsigned char>(bytes.front());
  auto c = start(out, bytes);
  if (is_container(byte)) {
    const auto top = read_header(c, byte);
    if (c.at == nullptr) return false;
    *c.to++ = top.is_map ? '{' : '[';
    c = put_container(out, c, top, {false, false});
  } else if (is_sized(byte)) {
    c = put_sized(out, c);
  } else if (byte == 0xc1) {
    return false;
  } else {
    put_scalar(c);
  }
  if (c.at == nullptr) {
    out.truncate(before);
    return false;
  }
  flush(out, c);
  bytes.remove_prefix(static_cast<std::size_t>(c.at - bytes.data()));
  return true;
}

auto json::take_members(byte_buffer& out, std::string_view& record, line_keys own) -> bool {
  if (record.empty() || !is_container(static_cast<unsigned char>(record.front()))) return false;
  auto c = start(out, record);
  const auto top = read_header(c, static_cast<unsigned char>(record.front()));
  if (c.at == nullptr || !top.is_map) return false;
  c = put_container(out, c, top, own);
  if (c.at == nullptr) return false;
  flush(out, c);
  record.remove_prefix(static_cast<std::size_t>(c.at - record.data()));
  return true;
}

auto append_json(byte_buffer& out, std::string_view value) -> bool {
  const auto before = out.size();
  if (!take_json(out, value)) return false;
  if (value.empty()) return true;
  out.truncate(before);
  return false;
}

void append_json_string(byte_buffer& out, std::string_view text) {
  flush(out, put_string(out, start(out, {}), text));
}

} // namespace weir
