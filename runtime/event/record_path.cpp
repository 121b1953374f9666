#include "runtime/event/record_path.hpp"

#include "runtime/event/msgpack.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace weir {
namespace {

/// Deeper values become null: the text of a value is for people, and hostile depth must not use up the stack.
constexpr auto depth_max = 64;

/// One field of a map and what of the path is left behind it.
struct found_field {
  const char* key = nullptr;
  std::string_view value;
  std::string_view rest; ///< of the path, without its dot; empty if the path ends here

  auto exists() const -> bool { return key != nullptr; }
};

auto leads_to(std::string_view key, std::string_view path) -> bool {
  return path.size() > key.size() + 1 && path[key.size()] == '.' && path.starts_with(key);
}

/// The field whose key is all of `path`, or else the longest beginning of it that holds a map.
auto best_field(record_fields fields, std::string_view path) -> found_field {
  auto read = msgpack_reader{fields.bytes};
  auto best = found_field{};
  for (std::uint32_t i = 0; i < fields.count; ++i) {
    const auto* at = read.at();
    auto key = std::string_view{};
    auto value = std::string_view{};
    const auto named = read.str_or_bin(key);
    if (!named && !read.skip()) break;
    const auto holds_map = read.peek() == msgpack_type::map;
    if (!read.value(value)) break;
    if (!named) continue;
    if (key == path) return {at, value, {}};
    if (!holds_map || !leads_to(key, path)) continue;
    const auto rest = path.substr(key.size() + 1);
    if (!best.exists() || rest.size() < best.rest.size()) best = {at, value, rest};
  }
  return best;
}

/// Makes a map's count smaller by one, keeping the width of its header.
void decrement_count(char* header) {
  const auto type = static_cast<unsigned char>(*header);
  if (type < 0x90) return void(--*header);
  // map16 is 0xde, map32 0xdf: the count is big-endian, so a borrow moves towards the header.
  for (auto* byte = header + (type == 0xde ? 2 : 4); byte > header; --byte)
    if ((*byte)-- != 0) return;
}

template <class Number> void append_number(byte_buffer& out, Number number) {
  constexpr auto room = std::size_t{32};
  auto* begin = out.tail(room);
  const auto [end, ec] = std::to_chars(begin, begin + room, number);
  out.advance(static_cast<std::size_t>(end - begin));
}

void append_quoted(byte_buffer& out, std::string_view text) {
  constexpr auto hex = std::string_view{"0123456789abcdef"};
  out.push_back('"');
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out.append("\\u00");
      out.push_back(hex[byte >> 4]);
      out.push_back(hex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

/// Appends one number, boolean or nil; false if the next value is none of these.
auto append_plain(byte_buffer& out, msgpack_reader& read) -> bool {
  auto flag = false;
  auto whole = std::int64_t{0};
  auto natural = std::uint64_t{0};
  auto real = 0.0;
  if (read.boolean(flag)) return out.append(flag ? "true" : "false"), true;
  if (read.integer(whole)) return append_number(out, whole), true;
  if (read.unsigned_integer(natural)) return append_number(out, natural), true;
  if (read.real(real)) return append_number(out, real), true;
  if (read.nil()) return out.append("null"), true;
  return false;
}

void append_json(byte_buffer& out, msgpack_reader& read, int depth);

/// A string, or what has to be one in JSON: bytes, extensions and keys.
void append_key(byte_buffer& out, msgpack_reader& read) {
  auto text = std::string_view{};
  auto type = std::int8_t{0};
  if (read.str_or_bin(text) || read.ext(type, text)) return append_quoted(out, text);
  out.push_back('"');
  if (!append_plain(out, read)) read.skip();
  out.push_back('"');
}

void append_container(byte_buffer& out, msgpack_reader& read, int depth) {
  auto count = std::uint32_t{0};
  const auto is_map = read.map(count);
  if (!is_map && !read.array(count)) return;
  out.push_back(is_map ? '{' : '[');
  for (std::uint32_t i = 0; i < count && !read.at_end(); ++i) {
    if (i > 0) out.push_back(',');
    if (is_map) {
      append_key(out, read);
      out.push_back(':');
    }
    append_json(out, read, depth + 1);
  }
  out.push_back(is_map ? '}' : ']');
}

void append_json(byte_buffer& out, msgpack_reader& read, int depth) {
  if (append_plain(out, read)) return;
  const auto type = read.peek();
  if (type != msgpack_type::map && type != msgpack_type::array) return append_key(out, read);
  if (depth < depth_max) return append_container(out, read, depth);
  out.append("null");
  read.skip();
}

} // namespace

auto fields_of(std::string_view record) -> record_fields {
  auto read = msgpack_reader{record};
  auto fields = record_fields{};
  if (read.map(fields.count)) fields.bytes = read.rest();
  return fields;
}

auto find_path(record_fields fields, std::string_view path) -> std::string_view {
  for (;;) {
    const auto found = best_field(fields, path);
    if (!found.exists()) return {};
    if (found.rest.empty()) return found.value;
    fields = fields_of(found.value);
    path = found.rest;
  }
}

auto find_path(std::string_view record, std::string_view path) -> std::string_view {
  return find_path(fields_of(record), path);
}

auto is_written_path(std::string_view path) -> bool {
  return !path.empty() && path.front() != '.' && path.back() != '.' && path.find("..") == std::string_view::npos;
}

auto erase_path(byte_buffer& record, std::string_view path) -> bool {
  auto map = record.view();
  auto found = best_field(fields_of(map), path);
  while (found.exists() && !found.rest.empty()) {
    map = found.value;
    found = best_field(fields_of(map), found.rest);
  }
  if (!found.exists()) return false;
  decrement_count(record.data() + (map.data() - record.data()));
  auto* to = record.data() + (found.key - record.data());
  const auto* behind = found.value.data() + found.value.size();
  const auto* end = record.data() + record.size();
  std::memmove(to, behind, static_cast<std::size_t>(end - behind));
  record.truncate(record.size() - static_cast<std::size_t>(behind - found.key));
  return true;
}

namespace {

/// `value` inside of the maps that `path` names.
void append_nested(byte_buffer& out, std::string_view path, std::string_view value) {
  auto write = msgpack_writer{out};
  for (auto dot = path.find('.'); !path.empty(); dot = path.find('.')) {
    write.map(1);
    write.str(path.substr(0, dot));
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
  }
  write.raw(value);
}

auto between(const char* begin, const char* end) -> std::string_view {
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// Appends the fields of `map` that lead to the paths from `begin` on.
void append_chosen(byte_buffer& out, std::string_view map, std::vector<kept_path>& paths, std::size_t begin) {
  const auto fields = fields_of(map);
  const auto end = paths.size();
  for (auto i = begin; i < end; ++i) {
    const auto found = best_field(fields, paths[i].path);
    paths[i].key = find_path(fields, paths[i].path).empty() ? nullptr : found.key;
    paths[i].rest = found.rest;
  }
  auto read = msgpack_reader{fields.bytes};
  auto write = msgpack_writer{out};
  const auto mark = write.open();
  auto count = std::uint32_t{0};
  for (std::uint32_t f = 0; f < fields.count; ++f) {
    const auto* key = read.at();
    auto value = std::string_view{};
    if (!read.skip() || !read.value(value)) break;
    auto is_whole = false;
    for (auto i = begin; i < end; ++i) {
      if (paths[i].key != key) continue;
      is_whole = is_whole || paths[i].rest.empty();
      paths.push_back({paths[i].rest, nullptr, {}});
    }
    if (paths.size() > end) {
      ++count;
      out.append(between(key, is_whole ? value.data() + value.size() : value.data()));
      if (!is_whole) append_chosen(out, value, paths, end);
    }
    paths.resize(end);
  }
  write.close_map(mark, count);
}

} // namespace

void append_kept(byte_buffer& out, std::string_view record, std::vector<kept_path>& paths) {
  append_chosen(out, record, paths, 0);
}

void append_with_path(byte_buffer& out, std::string_view record, std::string_view path, std::string_view value) {
  const auto fields = fields_of(record);
  auto found = best_field(fields, path);
  const auto first = path.substr(0, path.find('.'));
  const auto inner = path.substr(std::min(first.size() + 1, path.size()));
  const auto is_new_map = !found.exists();
  if (is_new_map) found = best_field(fields, first); // one that is no map
  if (!found.exists()) {
    auto write = msgpack_writer{out};
    write.map(fields.count + 1);
    write.raw(fields.bytes);
    write.str(first);
    return append_nested(out, inner, value);
  }
  out.append(between(record.data(), found.value.data()));
  if (is_new_map)
    append_nested(out, inner, value);
  else if (found.rest.empty())
    out.append(value);
  else
    append_with_path(out, found.value, found.rest, value);
  out.append(between(found.value.data() + found.value.size(), record.data() + record.size()));
}

namespace {

/// Whether on the way to `path` there is a field that is no map.
auto is_blocked(record_fields fields, std::string_view path) -> bool {
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    const auto found = best_field(fields, path);
    if (!found.exists()) return best_field(fields, path.substr(0, dot)).exists();
    fields = fields_of(found.value);
    path = found.rest;
  }
  return false;
}

} // namespace

void append_at_free_path(byte_buffer& out, std::string_view record, std::string_view path, std::string_view value) {
  const auto fields = fields_of(record);
  if (!is_blocked(fields, path)) return append_with_path(out, record, path, value);
  auto write = msgpack_writer{out};
  write.map(fields.count + 1);
  write.raw(fields.bytes);
  write.str(path);
  write.raw(value);
}

void append_text(byte_buffer& out, std::string_view value) {
  auto read = msgpack_reader{value};
  auto text = std::string_view{};
  if (read.str_or_bin(text)) return out.append(text);
  if (read.nil() || read.at_end()) return;
  append_json(out, read, 0);
}

auto text_of_value(std::string_view value, byte_buffer& scratch) -> std::string_view {
  auto text = std::string_view{};
  if (msgpack_reader{value}.str_or_bin(text)) return text;
  scratch.clear();
  append_text(scratch, value);
  return scratch.view();
}

} // namespace weir
