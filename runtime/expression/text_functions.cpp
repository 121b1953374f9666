#include "runtime/base/utf8.hpp"
#include "runtime/codec/sha256.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/expression/functions.hpp"

#include <algorithm>

namespace weir::expr {
namespace {

using std::string_view;

template <class Change> auto changed(const call_input& in, Change&& change) -> value {
  const auto text = in.arguments[0].text;
  auto* to = in.texts.take(text.size());
  if (to == nullptr) return {};
  std::transform(text.begin(), text.end(), to, change);
  return value::of(string_view{to, text.size()});
}

auto lower(const call_input& in) -> value {
  return changed(in, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

auto upper(const call_input& in) -> value {
  return changed(in, [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
}

auto trim(const call_input& in) -> value {
  constexpr auto blanks = string_view{" \t\r\n\v\f"};
  auto text = in.arguments[0].text;
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return value::of(text.substr(0, text.find_last_not_of(blanks) + 1));
}

auto starts_with(const call_input& in) -> value { return value::of(in.arguments[0].text.starts_with(in.arguments[1].text)); }
auto ends_with(const call_input& in) -> value { return value::of(in.arguments[0].text.ends_with(in.arguments[1].text)); }
auto contains(const call_input& in) -> value {
  return value::of(in.arguments[0].text.find(in.arguments[1].text) != string_view::npos);
}

/// Byte at which the character of that number begins, or the end.
auto byte_of(string_view text, std::int64_t character) -> std::size_t {
  auto at = std::size_t{0};
  for (; character > 0 && at < text.size(); --character) at += first_character(text.substr(at));
  return at;
}

auto characters_of(string_view text) -> std::int64_t {
  auto count = std::int64_t{0};
  for (; !text.empty(); ++count) text.remove_prefix(first_character(text));
  return count;
}

auto length(const call_input& in) -> value {
  const auto& of = in.arguments[0];
  if (of.is(kind::text)) return value::of(characters_of(of.text));
  auto read = msgpack_reader{of.text};
  auto count = std::uint32_t{0};
  return read.array(count) || read.map(count) ? value::of(std::int64_t{count}) : value{};
}

auto substring(const call_input& in) -> value {
  const auto text = in.arguments[0].text;
  auto begin = in.arguments[1].number;
  if (begin < 0) begin = std::max<std::int64_t>(0, begin + characters_of(text));
  const auto rest = text.substr(byte_of(text, begin));
  if (in.arguments.size() < 3) return value::of(rest);
  return value::of(rest.substr(0, byte_of(rest, std::max<std::int64_t>(0, in.arguments[2].number))));
}

/// Pieces of a text, one behind the other, in the arena once their size is known.
class joined {
public:
  explicit joined(text_arena& arena) : arena_(arena), built_(arena.work()) { built_.clear(); }
  auto add(string_view piece) -> bool {
    if (piece.size() > text_arena::bytes_max - built_.size()) return false;
    built_.append(piece);
    return true;
  }
  auto done() const -> value { return arena_.copy(built_.view()); }

private:
  text_arena& arena_;
  byte_buffer& built_;
};

/// Where the next thing to replace is.
auto find_next(const call_input& in, std::size_t from, text_range& at) -> bool {
  const auto text = in.arguments[0].text;
  const auto& wanted = in.arguments[1];
  auto part = text_range{};
  if (wanted.is(kind::pattern)) return in.patterns[static_cast<std::size_t>(wanted.number)].find(text, from, 0, at, part);
  const auto begin = wanted.text.empty() ? string_view::npos : text.find(wanted.text, from);
  at = {begin, begin + wanted.text.size()};
  return begin != string_view::npos;
}

auto replace(const call_input& in) -> value {
  const auto text = in.arguments[0].text;
  auto to = joined{in.texts};
  auto from = std::size_t{0};
  auto at = text_range{};
  while (from <= text.size() && find_next(in, from, at)) {
    if (!to.add(text.substr(from, at.begin - from)) || !to.add(in.arguments[2].text)) return {};
    from = at.end;
    if (at.begin != at.end) continue;
    if (!to.add(text.substr(from, 1))) return {}; // what is empty would be found there again
    ++from;
  }
  return to.add(text.substr(std::min(from, text.size()))) ? to.done() : value{};
}

auto extract(const call_input& in) -> value {
  const auto& wanted = in.patterns[static_cast<std::size_t>(in.arguments[1].number)];
  const auto text = in.arguments[0].text;
  auto group = std::int64_t{wanted.groups() > 0 ? 1 : 0};
  if (in.arguments.size() > 2) group = in.arguments[2].number;
  auto whole = text_range{};
  auto part = text_range{};
  if (group < 0 || group > wanted.groups() || !wanted.find(text, 0, static_cast<int>(group), whole, part)) return {};
  return value::of(text.substr(part.begin, part.end - part.begin));
}

auto split(const call_input& in) -> value {
  auto rest = in.arguments[0].text;
  const auto by = in.arguments[1].text;
  if (by.empty()) return {};
  auto& built = in.texts.work();
  built.clear();
  auto to = msgpack_writer{built};
  const auto mark = to.open();
  auto count = std::uint32_t{1};
  for (auto end = rest.find(by); end != string_view::npos; end = rest.find(by), ++count) {
    to.str(rest.substr(0, end));
    rest.remove_prefix(end + by.size());
  }
  to.str(rest);
  to.close_array(mark, count);
  auto made = in.texts.copy(built.view());
  if (made.is(kind::text)) made.type = kind::list;
  return made;
}

auto concat(const call_input& in) -> value {
  auto to = joined{in.texts};
  for (const auto& a : in.arguments)
    if (!to.add(a.is(kind::text) ? a.text : text_of(a, in.texts))) return {};
  return to.done();
}

auto sha256(const call_input& in) -> value {
  constexpr auto digits = string_view{"0123456789abcdef"};
  const auto digest = sha256_of(in.arguments[0].text);
  auto* to = in.texts.take(2 * digest.size());
  if (to == nullptr) return {};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    to[2 * i] = digits[digest[i] >> 4];
    to[2 * i + 1] = digits[digest[i] & 15];
  }
  return value::of(string_view{to, 2 * digest.size()});
}

} // namespace

auto text_functions() -> std::vector<function> {
  constexpr auto value_kinds = anything | durations;
  return {
      {"lower", "text", "With small letters (ASCII).", texts, {texts}, 1, 1, lower},
      {"upper", "text", "With capitals (ASCII).", texts, {texts}, 1, 1, upper},
      {"trim", "text", "Without blanks at both ends.", texts, {texts}, 1, 1, trim},
      {"starts_with", "text, text", "Whether the first begins with the second.", booleans, {texts, texts}, 2, 2, starts_with},
      {"ends_with", "text, text", "Whether the first ends with the second.", booleans, {texts, texts}, 2, 2, ends_with},
      {"contains", "text, text", "Whether the first has the second in it.", booleans, {texts, texts}, 2, 2, contains},
      {"length", "text|list|map", "Characters of a text, values of a list, fields of a map.", integers, {texts | lists | maps}, 1, 1,
       length},
      {"substring", "text, start, [length]", "From that character on, the first being 0; a negative start counts from the end.",
       texts, {texts, integers, integers}, 2, 3, substring},
      {"replace", "text, text|/regex/, text", "With the third in place of each of the second.", texts,
       {texts, texts | only(kind::pattern), texts}, 3, 3, replace},
      {"extract", "text, /regex/, [group]", "What the group matched, the first if there is one, else the whole match.", texts,
       {texts, only(kind::pattern), integers}, 2, 3, extract},
      {"split", "text, separator", "The list of what is between the separators.", lists, {texts, texts}, 2, 2, split},
      {"concat", "value, …", "All of them as texts, one behind the other.", texts, {value_kinds, value_kinds, value_kinds}, 1,
       arguments_max, concat},
      {"sha256", "text", "Its SHA-256 in hex digits.", texts, {texts}, 1, 1, sha256},
  };
}

} // namespace weir::expr
