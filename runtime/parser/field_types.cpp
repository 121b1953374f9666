#include "runtime/parser/field_types.hpp"

#include "runtime/base/scan.hpp"
#include "runtime/event/entry.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weir {
namespace {

constexpr std::pair<std::string_view, field_type> type_names[] = {
    {"string", field_type::string}, {"integer", field_type::integer}, {"float", field_type::real},
    {"bool", field_type::boolean},  {"array", field_type::list},      {"time", field_type::time}};

auto problem(std::string what) -> error { return error{errc::failed, std::move(what)}; }

auto trimmed(std::string_view text) -> std::string_view {
  while (!text.empty() && scan::is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && scan::is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Cuts off and returns what is before `separator`, or all.
auto take_until(std::string_view& text, std::string_view separator) -> std::string_view {
  const auto at = text.find(separator);
  const auto head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
  return head;
}

auto write_integer(char* to, std::string_view text) -> char* {
  auto number = std::int64_t{0};
  const auto* end = text.data() + text.size();
  if (text.size() < 19 && !text.empty() && scan::leading_digits(text, text.size()) == text.size())
    return pack::unsigned_integer(to, static_cast<std::uint64_t>(scan::to_number(text)));
  if (const auto [stop, failed] = std::from_chars(text.data(), end, number);
      failed == std::errc{} && stop == end)
    return pack::integer(to, number);
  auto natural = std::uint64_t{0};
  if (const auto [stop, failed] = std::from_chars(text.data(), end, natural);
      failed == std::errc{} && stop == end)
    return pack::unsigned_integer(to, natural);
  return nullptr;
}

auto write_real(char* to, std::string_view text) -> char* {
  auto number = 0.0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, number);
  return failed == std::errc{} && stop == end && std::isfinite(number) ? pack::real(to, number) : nullptr;
}

auto write_boolean(char* to, std::string_view text) -> char* {
  const auto is = [&](std::string_view word) {
    return text.size() == word.size()
           && std::equal(text.begin(), text.end(), word.begin(),
                         [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  };
  if (is("true") || is("yes") || is("1") || is("on")) return *to = '\xc3', to + 1;
  if (is("false") || is("no") || is("0") || is("off")) return *to = '\xc2', to + 1;
  return nullptr;
}

auto write_list(char* to, std::string_view text, std::string_view separator) -> char* {
  auto count = std::uint32_t{0};
  for (auto rest = text; !rest.empty(); ++count) take_until(rest, separator);
  if (count < 16)
    *to++ = static_cast<char>(0x90 | count);
  else
    to = count <= UINT16_MAX ? pack::big_endian(to, 0xdc, static_cast<std::uint16_t>(count))
                             : pack::big_endian(to, 0xdd, count);
  while (!text.empty()) to = pack::str(to, trimmed(take_until(text, separator)));
  return to;
}

auto write_time(char* to, std::string_view text, field_rule& rule) -> char* {
  const auto time = rule.times->parse(text);
  if (!time) return nullptr;
  char head[entry_head_bytes];
  write_entry_head(head, *time);
  std::memcpy(to, head + 1, sizeof head - 1);
  return to + sizeof head - 1;
}

} // namespace

auto write_typed(char* to, std::string_view text, field_rule& rule) -> char* {
  switch (rule.type) {
  case field_type::string: return nullptr;
  case field_type::integer: return write_integer(to, text);
  case field_type::real: return write_real(to, text);
  case field_type::boolean: return write_boolean(to, text);
  case field_type::list: return write_list(to, text, rule.separator);
  case field_type::time: return write_time(to, text, rule);
  }
  return nullptr;
}

auto field_rules::make(const parser_settings& settings, const format_defaults& defaults, const clock& now)
    -> result<field_rules> {
  auto zone = time_zone::named(settings.time_zone);
  if (!zone) return problem("time_zone: " + zone.failure().what);
  const auto& format =
      settings.time_format.empty() ? std::string{defaults.time_format} : settings.time_format;
  auto times = time_parser::compile(format, *zone, now);
  if (!times) return problem("time_format: " + times.failure().what);
  auto rules = field_rules{time_memo{*times}};
  rules.keep_time_ = settings.keep_time_key;
  WEIR_CHECK(rules.add_types(settings.types, *times, now, false));
  WEIR_CHECK(rules.add_types(defaults.types, *times, now, true));
  const auto time_key = settings.time_key.empty() ? defaults.time_key : std::string_view{settings.time_key};
  if (!time_key.empty()) rules.add_rule(time_key).is_time_key = true;
  rules.wants_time_ = !settings.time_key.empty();
  rules.unread_ = {{}, std::string{time_key}, format.empty() ? "iso8601 or a number of seconds" : format};
  return rules;
}

auto field_rules::event_time(std::string_view text) -> std::optional<std::int64_t> {
  constexpr auto shown_bytes_max = std::size_t{64};
  const auto time = event_times_.parse(text);
  if (time || text == "-") return time; // as access logs and RFC 5424 write that there is none
  is_unread_ = true;
  auto size = std::min(text.size(), shown_bytes_max);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  unread_.text = text.substr(0, size);
  return std::nullopt;
}

void field_rules::note_no_time(parsed_line& line) {
  if (!is_unread_) unread_.text.clear();
  line.time_problem = &unread_;
}

auto field_rules::add_rule(std::string_view key) -> field_rule& {
  if (auto* known = find(key)) return *known;
  rules_.push_back({});
  rules_.back().key = key;
  has_paths_ = has_paths_ || key.find('.') != std::string_view::npos;
  return rules_.back();
}

auto field_rules::add_types(std::string_view types, const time_parser& times, const clock& now, bool is_default)
    -> result<void> {
  while (!types.empty()) {
    auto rest = trimmed(take_until(types, ","));
    const auto whole = std::string{rest};
    const auto key = trimmed(take_until(rest, ":"));
    const auto type = trimmed(take_until(rest, ":"));
    if (key.empty() || type.empty()) return problem("types: \"" + whole + "\" wants to be name:type");
    const auto* known = std::find_if(std::begin(type_names), std::end(type_names),
                                     [&](const auto& t) { return t.first == type; });
    if (known == std::end(type_names))
      return problem("types: \"" + std::string{type} + "\" of \"" + std::string{key}
                     + "\" is no type; wanted string, integer, float, bool, array or time");
    if (find(key) != nullptr && is_default) continue; // the user's own goes first
    if (find(key) != nullptr) return problem("types: \"" + std::string{key} + "\" stands there twice");
    auto& rule = add_rule(key);
    rule.type = known->second;
    rule.is_text = rule.type == field_type::string;
    if (rule.type == field_type::list && !rest.empty()) rule.separator = rest;
    if (rule.type != field_type::time) continue;
    rule.times.emplace(times);
    if (rest.empty()) continue;
    auto own = time_parser::compile(rest, {}, now);
    if (!own) return problem("types: " + own.failure().what);
    rule.times.emplace(std::move(*own));
  }
  return {};
}

auto field_rules::find(std::string_view key) -> field_rule* {
  for (auto& rule : rules_)
    if (rule.key.size() == key.size() && std::memcmp(rule.key.data(), key.data(), key.size()) == 0)
      return &rule;
  return nullptr;
}

auto field_rules::lead_into(std::string_view path) const -> bool {
  return has_paths_ && std::any_of(rules_.begin(), rules_.end(), [path](const auto& rule) {
    return rule.key.size() > path.size() && rule.key[path.size()] == '.' && rule.key.starts_with(path);
  });
}

auto field_rules::check_names(const std::vector<std::string>& known) const -> result<void> {
  for (const auto& rule : rules_) {
    if (std::find(known.begin(), known.end(), rule.key) != known.end()) continue;
    auto names = std::string{};
    for (const auto& name : known) names += (names.empty() ? "" : ", ") + name;
    return problem(std::string{rule.is_time_key ? "time_key" : "types"} + ": \"" + rule.key
                   + "\" is no field of this format, which has " + names);
  }
  return {};
}

auto make_column(field_rules& rules, std::string_view key) -> column {
  auto packed = byte_buffer{};
  msgpack_writer{packed}.str(key);
  auto made = column{std::string{packed.view()}, {}};
  if (const auto* rule = rules.find(key)) made.rule = *rule;
  return made;
}

auto without_field(char* begin, record_fields fields, std::string_view name) -> record_fields {
  auto read = msgpack_reader{fields.bytes};
  for (std::uint32_t i = 0; i < fields.count; ++i) {
    const auto before = static_cast<std::size_t>(read.at() - fields.bytes.data());
    auto key = std::string_view{};
    if (!read.str(key) || !read.skip()) break;
    if (key != name) continue;
    const auto rest = read.rest();
    std::memmove(begin + before, rest.data(), rest.size());
    return {{begin, before + rest.size()}, fields.count - 1};
  }
  return fields;
}

auto field_writer::done(repeated_keys& repeated) -> parsed_line {
  const auto all = record_fields{out_.view_from(begin_), line_.fields};
  auto left = repeated.resolve(out_.data() + begin_, all);
  // One that was no time, before one that was.
  if (line_.has_time && !rules_.keeps_time())
    left = without_field(out_.data() + begin_, left, rules_.time_key());
  out_.truncate(begin_ + left.bytes.size());
  line_.fields = left.count;
  return done();
}

auto field_writer::takes_time(std::string_view value) -> bool {
  const auto time = rules_.event_time(value);
  line_.has_time = time.has_value(); // the last of several counts
  if (!time) return false;
  line_.time_ns = *time;
  return !rules_.keeps_time();
}

void field_writer::put_ruled(std::string_view packed_key, std::string_view value, field_rule& rule) {
  if (rule.is_time_key && takes_time(value)) return;
  auto* const begin = out_.tail(packed_key.size() + typed_bytes_max(value.size()));
  auto* const to = pack::bytes(begin, packed_key);
  auto* end = static_cast<char*>(nullptr);
  if (rule.dash_is_nil && value == "-")
    *(end = to) = '\xc0', ++end;
  else
    end = write_typed(to, value, rule);
  if (end == nullptr) end = pack::str(to, value);
  out_.advance(static_cast<std::size_t>(end - begin));
  ++line_.fields;
}

void field_writer::put(std::string_view key, std::string_view value) {
  if (rules_.empty() || rules_.find(key) == nullptr) {
    auto* const begin = out_.tail(key.size() + value.size() + 2 * pack::head_bytes_max);
    const auto* end = pack::str(pack::str(begin, key), value);
    out_.advance(static_cast<std::size_t>(end - begin));
    ++line_.fields;
    return;
  }
  auto* const begin = out_.tail(key.size() + pack::head_bytes_max);
  const auto mark = out_.size();
  out_.advance(static_cast<std::size_t>(pack::str(begin, key) - begin));
  const auto before = line_.fields;
  put_ruled({}, value, *rules_.find(key));
  if (line_.fields == before) out_.truncate(mark);
}

void field_writer::put_nil(const column& to) {
  out_.append(to.packed_key);
  out_.push_back('\xc0');
  ++line_.fields;
}

void field_writer::put_true(std::string_view key) {
  auto out = msgpack_writer{out_};
  out.str(key);
  out.boolean(true);
  ++line_.fields;
}

} // namespace weir
