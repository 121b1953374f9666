#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"

#include <bit>
#include <cstring>

namespace weir {
namespace {

template <class T> auto big_endian(T value) noexcept -> T {
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
  return value;
}

/// Type byte and a big-endian number behind it.
template <class T> void put(byte_buffer& out, unsigned char type, T value) {
  auto* to = out.tail(1 + sizeof value);
  const auto wire = big_endian(value);
  *to = static_cast<char>(type);
  std::memcpy(to + 1, &wire, sizeof wire);
  out.advance(1 + sizeof value);
}

} // namespace

void msgpack_writer::integer(std::int64_t value) {
  if (value >= 0) return unsigned_integer(static_cast<std::uint64_t>(value));
  if (value >= -32)
    out_.push_back(static_cast<char>(value));
  else if (value >= INT8_MIN)
    put(out_, 0xd0, static_cast<std::uint8_t>(value));
  else if (value >= INT16_MIN)
    put(out_, 0xd1, static_cast<std::uint16_t>(value));
  else if (value >= INT32_MIN)
    put(out_, 0xd2, static_cast<std::uint32_t>(value));
  else
    put(out_, 0xd3, static_cast<std::uint64_t>(value));
}

void msgpack_writer::unsigned_integer(std::uint64_t value) {
  if (value < 0x80)
    out_.push_back(static_cast<char>(value));
  else if (value <= UINT8_MAX)
    put(out_, 0xcc, static_cast<std::uint8_t>(value));
  else if (value <= UINT16_MAX)
    put(out_, 0xcd, static_cast<std::uint16_t>(value));
  else if (value <= UINT32_MAX)
    put(out_, 0xce, static_cast<std::uint32_t>(value));
  else
    put(out_, 0xcf, value);
}

void msgpack_writer::real(double value) { put(out_, 0xcb, std::bit_cast<std::uint64_t>(value)); }

void msgpack_writer::str(std::string_view text) {
  const auto size = text.size();
  if (size < 32)
    out_.push_back(static_cast<char>(0xa0 | size));
  else if (size <= UINT8_MAX)
    put(out_, 0xd9, static_cast<std::uint8_t>(size));
  else if (size <= UINT16_MAX)
    put(out_, 0xda, static_cast<std::uint16_t>(size));
  else
    put(out_, 0xdb, static_cast<std::uint32_t>(size));
  out_.append(text);
}

void msgpack_writer::bin(std::string_view bytes) {
  bin_head(bytes.size());
  out_.append(bytes);
}

void msgpack_writer::bin_head(std::size_t size) {
  if (size <= UINT8_MAX)
    put(out_, 0xc4, static_cast<std::uint8_t>(size));
  else if (size <= UINT16_MAX)
    put(out_, 0xc5, static_cast<std::uint16_t>(size));
  else
    put(out_, 0xc6, static_cast<std::uint32_t>(size));
}

void msgpack_writer::array(std::uint32_t count) {
  if (count < 16)
    out_.push_back(static_cast<char>(0x90 | count));
  else if (count <= UINT16_MAX)
    put(out_, 0xdc, static_cast<std::uint16_t>(count));
  else
    put(out_, 0xdd, count);
}

void msgpack_writer::map(std::uint32_t count) {
  if (count < 16)
    out_.push_back(static_cast<char>(0x80 | count));
  else if (count <= UINT16_MAX)
    put(out_, 0xde, static_cast<std::uint16_t>(count));
  else
    put(out_, 0xdf, count);
}

void msgpack_writer::event_time(std::int64_t time_ns) {
  char head[entry_head_bytes];
  write_entry_head(head, time_ns);
  out_.append({head + 1, entry_head_bytes - 1});
}

void msgpack_writer::close_map(std::size_t mark, std::uint32_t count) { close(mark, count, 0x80, 0xde); }

void msgpack_writer::close_array(std::size_t mark, std::uint32_t count) { close(mark, count, 0x90, 0xdc); }

void msgpack_writer::close(std::size_t mark, std::uint32_t count, unsigned char fix, unsigned char wide) {
  if (count < 16) {
    out_.data()[mark] = static_cast<char>(fix | count);
    return;
  }
  // The one reserved byte is too small for this count: move the content and write a wide header.
  const auto width = count <= UINT16_MAX ? std::size_t{2} : std::size_t{4};
  const auto content = out_.size() - mark - 1;
  out_.tail(width);
  auto* header = out_.data() + mark;
  std::memmove(header + 1 + width, header + 1, content);
  out_.advance(width);
  header[0] = static_cast<char>(width == 2 ? wide : wide + 1);
  if (width == 2) {
    const auto wire = big_endian(static_cast<std::uint16_t>(count));
    std::memcpy(header + 1, &wire, 2);
  } else {
    const auto wire = big_endian(count);
    std::memcpy(header + 1, &wire, 4);
  }
}

void append_map_with(byte_buffer& out, std::string_view record, std::string_view fields,
                     std::uint32_t extra) {
  auto read = msgpack_reader{record};
  auto count = std::uint32_t{0};
  if (!read.map(count)) return;
  msgpack_writer{out}.map(count + extra);
  out.append(read.rest());
  out.append(fields);
}

} // namespace weir
