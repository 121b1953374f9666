#include "actors/operators/multiline/joined_record.hpp"

#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"

#include <array>
#include <iterator>

namespace weir {
namespace {

constexpr auto origin_keys = std::array<std::string_view, 3>{"stream", "source", "container_id"};
constexpr auto piece_keys =
    std::array<std::string_view, 5>{"partial_message", "partial_id", "partial_ordinal", "partial_last", "partial"};

/// Docker writes flags as text.
auto is_true(std::string_view value) -> bool {
  auto read = msgpack_reader{value};
  auto flag = false;
  auto text = std::string_view{};
  return (read.boolean(flag) && flag) || (read.str_or_bin(text) && text == "true");
}

auto is_one(std::string_view value) -> bool {
  auto read = msgpack_reader{value};
  auto number = std::int64_t{0};
  auto text = std::string_view{};
  return (read.integer(number) && number == 1) || (read.str_or_bin(text) && text == "1");
}

void note_text(line_record& out, std::string_view key, std::string_view value) {
  if (key == "message" && out.key == "log") return;
  auto text = std::string_view{};
  if (msgpack_reader{value}.str_or_bin(text)) out.key = key, out.text = text;
}

void note_field(line_record& out, std::string_view key, std::string_view value) {
  if (key == "partial" || key == "partial_message") out.is_piece = out.is_piece || is_true(value);
  if (key == "partial_id") out.id = value;
  if (key == "partial_last") out.is_last = is_true(value);
  if (key == "partial_ordinal") out.lacks_first = !is_one(value);
  for (std::size_t i = 0; i < origin_keys.size(); ++i)
    if (key == origin_keys[i]) out.origin[i] = value;
}

} // namespace

auto line_record::read(std::string_view record, std::string_view key) -> line_record {
  auto out = line_record{};
  const auto fields = fields_of(record);
  auto read = msgpack_reader{fields.bytes};
  for (std::uint32_t i = 0; i < fields.count; ++i) {
    auto name = std::string_view{};
    auto value = std::string_view{};
    const auto is_named = read.str_or_bin(name);
    if ((!is_named && !read.skip()) || !read.value(value)) break;
    if (key.empty() && (name == "log" || name == "message")) note_text(out, name, value);
    if (name.starts_with('p') || name.starts_with('s') || name.starts_with('c')) note_field(out, name, value);
  }
  if (!key.empty()) note_text(out, key, find_path(record, key));
  return out;
}

void append_joined(byte_buffer& out, std::string_view record, std::string_view key, std::string_view text, bool is_partial) {
  auto value = byte_buffer{};
  msgpack_writer{value}.str(text);
  auto with_text = byte_buffer{};
  append_with_path(with_text, record, key, value.view());
  for (const auto k : piece_keys) erase_path(with_text, k);
  if (!is_partial) return out.append(with_text.view());
  value.clear();
  auto write = msgpack_writer{value};
  write.str("partial");
  write.boolean(true);
  append_map_with(out, with_text.view(), value.view(), 1);
}

} // namespace weir
