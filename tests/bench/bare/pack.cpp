#include "tests/bench/bare/pack.hpp"

#include <emmintrin.h>

#include <charconv>
#include <ctime>

namespace weir::bench {

namespace {

auto byte_at(const char* at) -> unsigned { return static_cast<unsigned char>(*at); }

/// Bytes of a value with head byte `head`, and the values that follow inside it.
struct extent {
  std::size_t bytes;
  std::size_t inside;
};

auto wide_extent(unsigned head, const char* at) -> extent {
  switch (head) {
  case 0xc4:
  case 0xd9: return {2 + std::size_t{byte_at(at + 1)}, 0};
  case 0xc5:
  case 0xda: return {3 + std::size_t{read_big_endian<std::uint16_t>(at + 1)}, 0};
  case 0xc6:
  case 0xdb: return {5 + std::size_t{read_big_endian<std::uint32_t>(at + 1)}, 0};
  case 0xcc:
  case 0xd0: return {2, 0};
  case 0xcd:
  case 0xd1: return {3, 0};
  case 0xca:
  case 0xce:
  case 0xd2: return {5, 0};
  case 0xcb:
  case 0xcf:
  case 0xd3: return {9, 0};
  case 0xd7: return {10, 0};
  case 0xdc: return {3, read_big_endian<std::uint16_t>(at + 1)};
  case 0xde: return {3, std::size_t{2} * read_big_endian<std::uint16_t>(at + 1)};
  default: return {1, 0};
  }
}

auto extent_of(const char* at) -> extent {
  const auto head = byte_at(at);
  if (head < 0x80 || head >= 0xe0) return {1, 0};
  if (head >= 0xa0 && head < 0xc0) return {1 + (head & 31), 0};
  if (head < 0x90) return {1, 2 * (head & 15)};
  if (head < 0xa0) return {1, head & 15};
  return wide_extent(head, at);
}

auto print_literal(std::string_view text, char* to) -> char* {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

auto print_escape(unsigned char c, char* to) -> char* {
  static constexpr char hex[] = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
  case '"':
  case '\\': *to++ = static_cast<char>(c); return to;
  case '\n': *to++ = 'n'; return to;
  case '\r': *to++ = 'r'; return to;
  case '\t': *to++ = 't'; return to;
  default:
    to = print_literal("u00", to);
    *to++ = hex[c >> 4];
    *to++ = hex[c & 15];
    return to;
  }
}

/// Which of 16 bytes need an escape in JSON: below 0x20, quote, backslash.
auto escapes_in(__m128i block) -> unsigned {
  const auto low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
  const auto quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const auto backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, backslash))));
}

/// Sixteen bytes are read and written at a time: both buffers have that much behind their content.
auto print_string(std::string_view text, char* to) -> char* {
  const auto* at = text.data();
  const auto* const end = at + text.size();
  *to++ = '"';
  while (at < end) {
    const auto block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
    const auto escapes = escapes_in(block) | 1U << 16;
    const auto plain = static_cast<std::size_t>(__builtin_ctz(escapes));
    if (plain >= static_cast<std::size_t>(end - at)) {
      to += end - at;
      break;
    }
    at += plain;
    to += plain;
    if (plain < 16) to = print_escape(static_cast<unsigned char>(*at++), to);
  }
  *to++ = '"';
  return to;
}

template <class T> auto print_number(T number, char* to) -> char* {
  return std::to_chars(to, to + 40, number).ptr;
}

auto print_real(std::uint64_t bits, char* to) -> char* {
  auto number = 0.0;
  std::memcpy(&number, &bits, sizeof number);
  return print_number(number, to);
}

auto print_text(const char*& at, std::size_t head, std::size_t size, char* to) -> char* {
  const auto text = std::string_view{at + head, size};
  at += head + size;
  return print_string(text, to);
}

auto print_array(const char*& at, std::size_t count, char* to) -> char* {
  *to++ = '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) *to++ = ',';
    to = print_json(at, to);
  }
  *to++ = ']';
  return to;
}

auto print_fields(const char*& at, std::size_t count, char* to) -> char* {
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) *to++ = ',';
    to = print_json(at, to);
    *to++ = ':';
    to = print_json(at, to);
  }
  return to;
}

auto print_map(const char*& at, std::size_t count, char* to) -> char* {
  *to++ = '{';
  to = print_fields(at, count, to);
  *to++ = '}';
  return to;
}

/// Values whose head byte does not hold their size.
auto print_wide(const char*& at, char* to) -> char* {
  const auto head = byte_at(at);
  const auto* const body = at + 1;
  switch (head) {
  case 0xd9: return print_text(at, 2, byte_at(body), to);
  case 0xda: return print_text(at, 3, read_big_endian<std::uint16_t>(body), to);
  case 0xdb: return print_text(at, 5, read_big_endian<std::uint32_t>(body), to);
  case 0xcc: at += 2; return print_number(byte_at(body), to);
  case 0xcd: at += 3; return print_number(read_big_endian<std::uint16_t>(body), to);
  case 0xce: at += 5; return print_number(read_big_endian<std::uint32_t>(body), to);
  case 0xcf: at += 9; return print_number(read_big_endian<std::uint64_t>(body), to);
  case 0xd3:
    at += 9;
    return print_number(static_cast<std::int64_t>(read_big_endian<std::uint64_t>(body)), to);
  case 0xcb: at += 9; return print_real(read_big_endian<std::uint64_t>(body), to);
  case 0xc2: at += 1; return print_literal("false", to);
  case 0xc3: at += 1; return print_literal("true", to);
  case 0xdc: at += 3; return print_array(at, read_big_endian<std::uint16_t>(body), to);
  case 0xde: at += 3; return print_map(at, read_big_endian<std::uint16_t>(body), to);
  default: at += 1; return print_literal("null", to);
  }
}

/// "2026-03-01T12:00:00." of the last second asked for: a stream has few different ones.
auto second_text(std::uint32_t seconds) -> std::string_view {
  static thread_local auto last = std::uint32_t{0};
  static thread_local char text[24];
  if (seconds != last) {
    auto parts = std::tm{};
    const auto time = static_cast<std::time_t>(seconds);
    gmtime_r(&time, &parts);
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &parts);
    last = seconds;
  }
  return {text, 20};
}

auto print_time(std::uint32_t seconds, std::uint32_t nanoseconds, char* to) -> char* {
  to = print_literal(second_text(seconds), to);
  for (auto i = 9; i-- > 0; nanoseconds /= 10) to[i] = static_cast<char>('0' + nanoseconds % 10);
  return print_literal("Z\"", to + 9);
}

} // namespace

auto skip(const char* at, const char* end) -> const char* {
  for (std::size_t pending = 1; pending > 0; --pending) {
    // A head with its size takes at most five bytes; callers leave that much readable behind `end`.
    if (at >= end) return nullptr;
    const auto value = extent_of(at);
    if (value.bytes > static_cast<std::size_t>(end - at)) return nullptr;
    at += value.bytes;
    pending += value.inside;
  }
  return at;
}

auto print_json(const char*& at, char* to) -> char* {
  const auto head = byte_at(at);
  if (head >= 0xa0 && head < 0xc0) return print_text(at, 1, head & 31, to);
  if (head < 0x80) return ++at, print_number(head, to);
  if (head >= 0xe0) return ++at, print_number(static_cast<int>(static_cast<signed char>(head)), to);
  if (head < 0x90) return ++at, print_map(at, head & 15, to);
  if (head < 0xa0) return ++at, print_array(at, head & 15, to);
  return print_wide(at, to);
}

auto print_entry(const char*& at, std::string_view tag, char* to) -> char* {
  to = print_literal("{\"time\":\"", to);
  to = print_time(read_big_endian<std::uint32_t>(at + 3), read_big_endian<std::uint32_t>(at + 7), to);
  to = print_literal(",\"tag\":", to);
  to = print_string(tag, to);
  at += 11;
  auto fields = std::size_t{byte_at(at)} & 15;
  if (byte_at(at) == 0xde) fields = read_big_endian<std::uint16_t>(at + 1), at += 2;
  ++at;
  if (fields > 0) *to++ = ',';
  to = print_fields(at, fields, to);
  return print_literal("}\n", to);
}

} // namespace weir::bench
