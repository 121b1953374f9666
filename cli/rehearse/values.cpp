#include "cli/rehearse/values.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"

#include <charconv>
#include <map>

namespace weir::cli {
namespace {

constexpr auto depth_max = 64;

template <class Number> auto is_all(std::string_view text, Number& out) -> bool {
  const auto* end = text.data() + text.size();
  const auto [rest, ec] = std::from_chars(text.data(), end, out);
  return ec == std::errc{} && rest == end;
}

void pack_scalar(msgpack_writer& to, const config::value& v) {
  auto whole = std::int64_t{0};
  auto real = 0.0;
  if (v.quoted) return to.str(v.scalar);
  if (v.scalar == "true" || v.scalar == "false") return to.boolean(v.scalar == "true");
  if (is_all(v.scalar, whole)) return to.integer(whole);
  if (v.scalar != "inf" && v.scalar != "nan" && is_all(v.scalar, real)) return to.real(real);
  to.str(v.scalar);
}

auto json_of(std::string_view value) -> std::string {
  auto out = byte_buffer{};
  append_json(out, value);
  return std::string{out.view()};
}

auto sorted(std::string_view value, int depth) -> std::string;

auto sorted_map(std::string_view value, int depth) -> std::string {
  auto fields = std::map<std::string, std::string>{};
  auto read = msgpack_reader{value};
  auto count = std::uint32_t{0};
  read.map(count);
  for (auto key = std::string_view{}, content = std::string_view{}; count > 0 && read.value(key) && read.value(content); --count)
    fields[json_of(key)] = sorted(content, depth + 1);
  auto text = std::string{"{"};
  for (const auto& [key, content] : fields) text += (text.size() > 1 ? "," : "") + key + ':' + content;
  return text + '}';
}

auto sorted_list(std::string_view value, int depth) -> std::string {
  auto read = msgpack_reader{value};
  auto count = std::uint32_t{0};
  auto text = std::string{"["};
  read.array(count);
  for (auto item = std::string_view{}; count > 0 && read.value(item); --count) text += (text.size() > 1 ? "," : "") + sorted(item, depth + 1);
  return text + ']';
}

auto sorted(std::string_view value, int depth) -> std::string {
  const auto type = depth < depth_max ? msgpack_reader{value}.peek() : msgpack_type::none;
  if (type == msgpack_type::map) return sorted_map(value, depth);
  return type == msgpack_type::array ? sorted_list(value, depth) : json_of(value);
}

} // namespace

void pack_value(byte_buffer& out, const config::value& v) {
  auto to = msgpack_writer{out};
  switch (v.type) {
  case config::value::kind::null: return to.nil();
  case config::value::kind::scalar: return pack_scalar(to, v);
  case config::value::kind::sequence:
    to.array(static_cast<std::uint32_t>(v.items.size()));
    for (const auto& item : v.items) pack_value(out, item);
    return;
  case config::value::kind::map:
    to.map(static_cast<std::uint32_t>(v.members.size()));
    for (const auto& m : v.members) {
      to.str(m.key);
      pack_value(out, m.content);
    }
  }
}

auto sorted_json(std::string_view value) -> std::string { return sorted(value, 0); }

auto has_all_of(std::string_view record, std::string_view wanted) -> bool {
  const auto fields = fields_of(wanted);
  auto read = msgpack_reader{fields.bytes};
  auto key = std::string_view{};
  auto value = std::string_view{};
  for (auto left = fields.count; left > 0 && read.str_or_bin(key) && read.value(value); --left) {
    const auto found = find_field(record, key);
    const auto are_maps = msgpack_reader{found}.peek() == msgpack_type::map && msgpack_reader{value}.peek() == msgpack_type::map;
    if (found.empty() || !(are_maps ? has_all_of(found, value) : sorted_json(found) == sorted_json(value))) return false;
  }
  return true;
}

} // namespace weir::cli
