/// Runs a parser over a line and shows the result as text that a table can hold.
#pragma once

#include "runtime/event/repeated_keys.hpp"
#include "runtime/parser/parser_settings.hpp"

#include <cstdio>
#include <string>

namespace weir::test {

/// The msgpack value as JSON-like text; bytes are kept as they are, EventTime is time(ns).
inline auto dump(msgpack_reader& in) -> std::string {
  auto whole = std::int64_t{0};
  auto natural = std::uint64_t{0};
  auto real = 0.0;
  auto flag = false;
  auto text = std::string_view{};
  auto count = std::uint32_t{0};
  auto type = std::int8_t{0};
  if (in.nil()) return "null";
  if (in.boolean(flag)) return flag ? "true" : "false";
  if (in.integer(whole)) return std::to_string(whole);
  if (in.unsigned_integer(natural)) return std::to_string(natural);
  if (in.peek() == msgpack_type::real && in.real(real)) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.17g", real);
    return std::string{digits}
           + (std::string_view{digits}.find_first_of(".en") == std::string_view::npos ? ".0" : "");
  }
  if (in.str(text)) return "\"" + std::string{text} + "\"";
  if (in.ext(type, text)) return "ext(" + std::to_string(type) + "," + std::to_string(text.size()) + ")";
  auto out = std::string{};
  const auto is_map = in.peek() == msgpack_type::map;
  if (!in.map(count) && !in.array(count)) return "?";
  for (std::uint32_t i = 0; i < count; ++i) {
    out += i == 0 ? "" : ",";
    if (is_map) out += dump(in) + ":";
    out += dump(in);
  }
  return is_map ? "{" + out + "}" : "[" + out + "]";
}

struct outcome {
  std::string text; ///< key=value pairs joined by blanks, or "problem: …"
  bool has_time = false;
  std::int64_t time_ns = 0;
  std::string unread_time = {}; ///< "key: text, wanted format" of a time that was not found
  bool valid = true; ///< the msgpack holds exactly the fields that were counted, no map a key twice
};

inline auto run(line_parser& parser, std::string_view line) -> outcome {
  // Exactly the promised padding, so that a sanitizer sees a read beyond it; full of what could confuse.
  auto padded = std::string{line};
  for (std::size_t i = 0; i < line_padding; ++i) padded += "\"}]\\9,:e"[i % 8];
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  const auto parsed = parser.parse(std::string_view{padded}.substr(0, line.size()), write);
  if (!parsed.ok()) return {"problem: " + std::string{parsed.problem}};
  auto result = outcome{{}, parsed.has_time, parsed.time_ns};
  if (const auto* no = parsed.time_problem) result.unread_time = no->key + ": " + no->text + ", wanted " + no->wanted;
  auto check = msgpack_reader{out.view()};
  for (std::uint32_t i = 0; i < parsed.fields; ++i) {
    auto key = std::string_view{};
    if (!check.str(key) || !check.skip()) result.valid = false;
  }
  result.valid = result.valid && check.at_end();
  auto record = byte_buffer{};
  msgpack_writer{record}.map(parsed.fields);
  record.append(out.view());
  if (repeated_keys{}.is_in(record.view())) result.valid = false;
  auto read = msgpack_reader{out.view()};
  for (std::uint32_t i = 0; i < parsed.fields && result.valid; ++i) {
    auto key = std::string_view{};
    read.str(key);
    result.text += (i == 0 ? "" : " ") + std::string{key} + "=" + dump(read);
  }
  return result;
}

} // namespace weir::test
