#include "runtime/parser/structured_data.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace weir {
namespace {

struct data_parameter {
  std::string_view name;
  std::string_view value; ///< with its escapes
  bool is_escaped = false;
};

struct data_element {
  std::string_view id;
  std::array<data_parameter, structured_data_items_max> all;
  std::size_t count = 0;

  auto parameters() const -> std::span<const data_parameter> { return std::span{all}.first(count); }
};

/// What may stand in an id or a name, RFC 5424 section 6.3.2, and what is not ASCII beside.
auto take_data_name(std::string_view& text) -> std::string_view {
  const auto end = std::min(text.find_first_of(" =]\""), text.size());
  const auto name = text.substr(0, end);
  text.remove_prefix(end);
  return name;
}

/// Behind the opening quote, up to and with the closing one.
auto take_data_value(std::string_view& text, data_parameter& to) -> bool {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      to.is_escaped = true;
      ++at;
    } else if (text[at] == '"') {
      to.value = text.substr(0, at);
      text.remove_prefix(at + 1);
      return true;
    }
  }
  return false;
}

auto take_data_element(std::string_view& text, data_element& to) -> bool {
  to.count = 0;
  if (!text.starts_with('[')) return false;
  text.remove_prefix(1);
  to.id = take_data_name(text);
  if (to.id.empty()) return false;
  for (;;) {
    const auto blanks = std::min(text.find_first_not_of(' '), text.size());
    text.remove_prefix(blanks);
    if (text.starts_with(']')) return text.remove_prefix(1), true;
    if (blanks == 0 || to.count == to.all.size()) return false;
    auto& next = to.all[to.count++] = data_parameter{take_data_name(text), {}};
    if (next.name.empty() || !text.starts_with("=\"")) return false;
    text.remove_prefix(2);
    if (!take_data_value(text, next)) return false;
  }
}

/// A backslash before anything else stays: RFC 5424 section 6.3.3.
void write_data_value(const data_parameter& from, msgpack_writer& out) {
  if (!from.is_escaped) return out.str(from.value);
  const auto is_escape = [&](std::size_t at) {
    return from.value[at] == '\\' && at + 1 < from.value.size() && std::string_view{"\"\\]"}.find(from.value[at + 1]) != std::string_view::npos;
  };
  auto plain = std::string{};
  plain.reserve(from.value.size());
  for (std::size_t at = 0; at < from.value.size(); ++at) plain += from.value[is_escape(at) ? ++at : at];
  out.str(plain);
}

void write_values(const data_parameter& first, std::span<const data_parameter> behind, msgpack_writer& out) {
  const auto is_same = [&](const data_parameter& p) { return p.name == first.name; };
  const auto more = std::count_if(behind.begin(), behind.end(), is_same);
  if (more > 0) out.array(static_cast<std::uint32_t>(more + 1));
  write_data_value(first, out);
  for (const auto& p : behind)
    if (is_same(p)) write_data_value(p, out);
}

void write_data_element(const data_element& from, msgpack_writer& out) {
  out.str(from.id);
  const auto mark = out.open();
  auto names = std::uint32_t{0};
  const auto all = from.parameters();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto before = all.first(i);
    if (std::any_of(before.begin(), before.end(), [&](const auto& p) { return p.name == all[i].name; })) continue;
    out.str(all[i].name);
    write_values(all[i], all.subspan(i + 1), out);
    ++names;
  }
  out.close_map(mark, names);
}

} // namespace

auto structured_data_bytes(std::string_view text) -> std::size_t {
  if (text.starts_with('-')) return 1;
  auto inside = false;
  auto quoted = false;
  auto at = std::size_t{0};
  for (; at < text.size() && (inside || text[at] == '['); ++at) {
    if (quoted && text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      quoted = !quoted;
    else if (!quoted)
      inside = text[at] != ']';
  }
  return inside || at > text.size() ? 0 : at;
}

auto write_structured_data(std::string_view elements, msgpack_writer& out) -> bool {
  auto ids = std::array<std::string_view, structured_data_items_max>{};
  auto count = std::size_t{0};
  auto next = data_element{};
  const auto mark = out.open();
  while (!elements.empty()) {
    if (count == ids.size() || !take_data_element(elements, next)) return false;
    const auto known = std::span{ids}.first(count);
    if (std::find(known.begin(), known.end(), next.id) != known.end()) return false;
    ids[count++] = next.id;
    write_data_element(next, out);
  }
  out.close_map(mark, static_cast<std::uint32_t>(count));
  return count > 0;
}

} // namespace weir
