/// msgpack as text for assertions: `{"a":1,"b":b"\x01","c":[true,null]}`.
#pragma once

#include "runtime/event/msgpack.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace weir::test {

namespace detail {

inline auto quoted(std::string_view bytes) -> std::string {
  auto text = std::string{'"'};
  for (const auto c : bytes) {
    char escaped[8] = {c};
    if (c == '"' || c == '\\')
      std::snprintf(escaped, sizeof escaped, "\\%c", c);
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    text += escaped;
  }
  return text + '"';
}

inline auto number(double value) -> std::string {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  for (int digits = 1; digits < 17; ++digits) {
    char shorter[40];
    std::snprintf(shorter, sizeof shorter, "%.*g", digits, value);
    if (std::stod(shorter) == value) return shorter;
  }
  return text;
}

} // namespace detail

/// Takes the next value from `read`; "invalid" for bytes that are no msgpack.
inline auto text_of(msgpack_reader& read) -> std::string {
  auto flag = false;
  auto whole = std::int64_t{0};
  auto natural = std::uint64_t{0};
  auto real = 0.0;
  auto bytes = std::string_view{};
  auto type = std::int8_t{0};
  auto count = std::uint32_t{0};
  if (read.nil()) return "null";
  if (read.boolean(flag)) return flag ? "true" : "false";
  if (read.integer(whole)) return std::to_string(whole);
  if (read.unsigned_integer(natural)) return std::to_string(natural);
  if (read.real(real)) return detail::number(real);
  if (read.str(bytes)) return detail::quoted(bytes);
  if (read.str_or_bin(bytes)) return 'b' + detail::quoted(bytes);
  if (read.ext(type, bytes)) return "ext" + std::to_string(type) + detail::quoted(bytes);
  auto text = std::string{};
  const auto is_map = read.map(count);
  if (!is_map && !read.array(count)) return "invalid";
  for (std::uint32_t i = 0; i < count && !read.at_end(); ++i) {
    text += i == 0 ? "" : ",";
    if (is_map) text += text_of(read) + ':';
    text += text_of(read);
  }
  return is_map ? '{' + text + '}' : '[' + text + ']';
}

/// All values in `bytes`, separated by blanks.
inline auto text_of(std::string_view bytes) -> std::string {
  auto read = msgpack_reader{bytes};
  auto text = std::string{};
  while (!read.at_end()) {
    text += text.empty() ? "" : " ";
    const auto* before = read.at();
    text += text_of(read);
    if (read.at() == before) break;
  }
  return text;
}

} // namespace weir::test
