#include "runtime/codec/json_string.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/event/escaped_byte.hpp"

namespace weir {
namespace json {
namespace {

constexpr auto hex_digits = "0123456789abcdef";

/// One ASCII character that may not be in a string; at most six bytes.
auto put_escape(char* to, char c) noexcept -> char* {
  switch (c) {
  case '"': return put_text(to, "\\\"");
  case '\\': return put_text(to, "\\\\");
  case '\n': return put_text(to, "\\n");
  case '\r': return put_text(to, "\\r");
  case '\t': return put_text(to, "\\t");
  default: return put_hex(put_text(to, "\\u00"), {&c, 1});
  }
}

/// Bytes of the UTF-8 character at `from`, which is not ASCII; 0 if it is none, or begins what looks like the
/// form of a byte: its bytes are written in that form then.
auto plain_length(const char* from, const char* end) noexcept -> unsigned {
  const auto length = utf8_length(from, end);
  const auto is_form = length == 3 && escaped_byte::is_at({from, static_cast<std::size_t>(end - from)});
  return is_form ? 0 : length;
}

/// The bytes of what has no plain_length(): its first one, or all of a character.
auto put_bytes(char* to, const char*& from, const char* end) noexcept -> char* {
  for (auto left = utf8_length(from, end) == 3 ? 3 : 1; left > 0; --left) to = escaped_byte::put(to, *from++);
  return to;
}

} // namespace

auto put_hex(char* to, std::string_view bytes) noexcept -> char* {
  for (const auto c : bytes) {
    *to++ = hex_digits[static_cast<unsigned char>(c) >> 4];
    *to++ = hex_digits[static_cast<unsigned char>(c) & 15];
  }
  return to;
}

auto put_escaped(char* to, std::string_view text) noexcept -> char* {
  const auto* at = text.data();
  const auto* end = at + text.size();
  while ((at = copy_clean(to, at, end)) != end) {
    if (static_cast<signed char>(*at) >= 0) {
      to = put_escape(to, *at++);
      continue;
    }
    // Text that is not ASCII comes in runs.
    do {
      const auto length = plain_length(at, end);
      if (length == 0)
        to = put_bytes(to, at, end);
      else
        std::memcpy(to, at, length), to += length, at += length;
    } while (at != end && static_cast<signed char>(*at) < 0);
  }
  return to;
}

} // namespace json

void append_valid_text(byte_buffer& out, std::string_view text) {
  const auto* at = text.data();
  const auto* end = at + text.size();
  while (at != end) {
    const auto* clean = at;
    while (clean != end) {
      const auto length = static_cast<signed char>(*clean) >= 0 ? 1 : json::plain_length(clean, end);
      if (length == 0) break;
      clean += length;
    }
    out.append({at, static_cast<std::size_t>(clean - at)});
    at = clean;
    if (at == end) return;
    auto* const to = out.tail(3 * escaped_byte::bytes_max);
    out.advance(static_cast<std::size_t>(json::put_bytes(to, at, end) - to));
  }
}

} // namespace weir
