/// The bare loops' msgpack: the least that writes, prints and skips it. Shares no code with the product.
//
// Nothing is checked for room: callers reserve pack_bytes_max() before each line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::bench {

/// What one line of JSON or text of `line_bytes` can at most become: "0," may turn into nine bytes.
constexpr auto pack_bytes_max(std::size_t line_bytes) -> std::size_t { return 5 * line_bytes + 256; }

class packer {
public:
  explicit packer(char* at) : at_(at) {}
  auto at() const -> char* { return at_; }
  auto raw(std::size_t bytes) -> char* {
    auto* here = at_;
    at_ += bytes;
    return here;
  }

  void byte(unsigned char b) { *at_++ = static_cast<char>(b); }
  template <class T> void big_endian(T number) {
    if constexpr (sizeof(T) == 2) number = __builtin_bswap16(number);
    if constexpr (sizeof(T) == 4) number = __builtin_bswap32(number);
    if constexpr (sizeof(T) == 8) number = __builtin_bswap64(number);
    std::memcpy(raw(sizeof number), &number, sizeof number);
  }
  void str(std::string_view text) {
    str_head(text.size());
    std::memcpy(raw(text.size()), text.data(), text.size());
  }
  void str_head(std::size_t size) {
    if (size < 32) return byte(static_cast<unsigned char>(0xa0 | size));
    if (size < 256) return byte(0xd9), byte(static_cast<unsigned char>(size));
    if (size < 65536) return byte(0xda), big_endian(static_cast<std::uint16_t>(size));
    byte(0xdb), big_endian(static_cast<std::uint32_t>(size));
  }
  void integer(std::int64_t number) {
    if (number >= 0) return unsigned_integer(static_cast<std::uint64_t>(number));
    if (number >= -32) return byte(static_cast<unsigned char>(number));
    byte(0xd3), big_endian(static_cast<std::uint64_t>(number));
  }
  void unsigned_integer(std::uint64_t number) {
    if (number < 128) return byte(static_cast<unsigned char>(number));
    if (number < 256) return byte(0xcc), byte(static_cast<unsigned char>(number));
    if (number < 65536) return byte(0xcd), big_endian(static_cast<std::uint16_t>(number));
    if (number <= UINT32_MAX) return byte(0xce), big_endian(static_cast<std::uint32_t>(number));
    byte(0xcf), big_endian(number);
  }
  void real(double number) {
    auto bits = std::uint64_t{0};
    std::memcpy(&bits, &number, sizeof bits);
    byte(0xcb), big_endian(bits);
  }
  /// `[EventTime` of an entry: array of two, fixext8 of type 0.
  void entry_head(std::uint32_t seconds, std::uint32_t nanoseconds) {
    byte(0x92), byte(0xd7), byte(0x00), big_endian(seconds), big_endian(nanoseconds);
  }
  /// Ends a container begun by byte(fix) at `mark`; makes its head wide if it has more than 15 members.
  void close(char* mark, std::uint32_t count, unsigned char fix, unsigned char wide) {
    if (count < 16) return void(*mark = static_cast<char>(fix | count));
    std::memmove(mark + 3, mark + 1, static_cast<std::size_t>(at_ - mark - 1));
    at_ += 2;
    *mark = static_cast<char>(wide);
    mark[1] = static_cast<char>(count >> 8);
    mark[2] = static_cast<char>(count);
  }

private:
  char* at_;
};

template <class T> auto read_big_endian(const char* at) -> T {
  auto number = T{};
  std::memcpy(&number, at, sizeof number);
  if constexpr (sizeof(T) == 2)
    return __builtin_bswap16(number);
  else if constexpr (sizeof(T) == 4)
    return __builtin_bswap32(number);
  else if constexpr (sizeof(T) == 8)
    return __builtin_bswap64(number);
  else
    return number;
}

/// Behind one value; nullptr if it goes on behind `end`. Knows what a forward client may send.
auto skip(const char* at, const char* end) -> const char*;

/// Writes one value as JSON; `to` has room for six times its bytes and 64 more. Returns behind what was
/// written.
auto print_json(const char*& at, char* to) -> char*;

/// Writes `time` and `tag` in front of an entry's record, as the file sink does, and a newline behind it.
auto print_entry(const char*& at, std::string_view tag, char* to) -> char*;

} // namespace weir::bench
