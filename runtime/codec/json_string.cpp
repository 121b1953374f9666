#include "runtime/codec/json_string.hpp"

#include "runtime/codec/json_writer.hpp"

namespace weir {
namespace json {
namespace {

constexpr auto hex_digits = "0123456789abcdef";

/// One dirty byte that is not the start of a UTF-8 character; at most six bytes.
auto put_escape(char* to, char c) noexcept -> char* {
  const auto byte = static_cast<unsigned char>(c);
  const auto hex = [&](std::string_view prefix) { return put_hex(put_text(to, prefix), {&c, 1}); };
  if (byte >= 0x80) return hex("\\\\x");
  switch (c) {
  case '"': return put_text(to, "\\\"");
  case '\\': return put_text(to, "\\\\");
  case '\n': return put_text(to, "\\n");
  case '\r': return put_text(to, "\\r");
  case '\t': return put_text(to, "\\t");
  default: return hex("\\u00");
  }
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
      const auto length = utf8_length(at, end);
      if (length == 0)
        to = put_escape(to, *at);
      else
        std::memcpy(to, at, length), to += length;
      at += length == 0 ? 1 : length;
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
      const auto length = static_cast<signed char>(*clean) >= 0 ? 1 : json::utf8_length(clean, end);
      if (length == 0) break;
      clean += length;
    }
    out.append({at, static_cast<std::size_t>(clean - at)});
    at = clean;
    if (at == end) return;
    out.append("\\x");
    json::put_hex(out.tail(2), {at++, 1});
    out.advance(2);
  }
}

} // namespace weir
