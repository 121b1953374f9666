#include "config/settings.hpp"

#include "config/foreign_keys.hpp"
#include "runtime/base/result.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>

namespace weir::config {

settings_reader::settings_reader(const value& from, std::string owner, diagnostics& problems,
                                 std::vector<std::string> ignored)
    : from_(from), owner_(std::move(owner)), problems_(problems), known_(std::move(ignored)) {}

void settings_reader::others(std::string_view /*name*/, value& out, std::string_view /*help*/) {
  out.type = value::kind::map;
  out.where = from_.where;
  for (const auto& m : from_.members)
    if (std::find(known_.begin(), known_.end(), m.key) == known_.end()) out.members.push_back(m);
  for (const auto& m : out.members) known_.push_back(m.key);
}

void settings_reader::finish() {
  for (const auto& m : from_.members) {
    if (std::find(known_.begin(), known_.end(), m.key) != known_.end()) continue;
    const auto meant = nearest(m.key, known_);
    // A secret that stands where a key is wanted is like no key.
    const auto named = from_.hidden && !meant ? std::string{} : " \"" + m.key + '"';
    const auto foreign = hint_of_foreign_key(m.key);
    report(m.where, "unknown key" + named,
           foreign ? *foreign : meant ? "did you mean \"" + *meant + "\"?" : std::string{}, diagnostic::severity::error);
  }
}

void settings_reader::complain(std::string_view key, std::string what, std::string hint) {
  const auto* found = from_.find(key);
  if (std::find(unread_.begin(), unread_.end(), found) != unread_.end()) return;
  report(found ? found->where : from_.where, std::move(what), std::move(hint), diagnostic::severity::error);
}

void settings_reader::complain_at(const place& where, std::string what, std::string hint) {
  report(where, std::move(what), std::move(hint), diagnostic::severity::error);
}

void settings_reader::warn(std::string_view key, std::string what, std::string hint) {
  const auto* found = from_.find(key);
  report(found ? found->where : from_.where, std::move(what), std::move(hint), diagnostic::severity::warning);
}

void settings_reader::refuse_useless(std::string_view key, std::string_view why, std::string hint) {
  if (!is_given(key)) return;
  complain(key, '"' + std::string{key} + "\" does nothing here: " + std::string{why}, std::move(hint));
}

void settings_reader::report(place where, std::string what, std::string hint, diagnostic::severity level) {
  problems_.push_back({level, std::move(where), owner_ + ": " + std::move(what), std::move(hint)});
}

void settings_reader::wrong(const value& v, std::string_view key, std::string_view wanted) {
  unread_.push_back(&v);
  report(v.where, '"' + std::string{key} + "\" wants " + std::string{wanted} + ", not " + v.describe(), {},
         diagnostic::severity::error);
}

void settings_reader::wrong_choice(const value& v, std::string_view key,
                                   const std::vector<std::string>& names) {
  auto wanted = std::string{};
  unread_.push_back(&v);
  for (const auto& name : names) wanted += (wanted.empty() ? "" : ", ") + name;
  const auto meant = v.is_scalar() ? nearest(v.scalar, names) : std::nullopt;
  report(v.where, '"' + std::string{key} + "\" wants one of " + wanted + ", not " + v.describe(),
         meant ? "did you mean \"" + *meant + "\"?" : std::string{}, diagnostic::severity::error);
}

void settings_reader::missing(std::string_view key) {
  report(from_.where, "\"" + std::string{key} + "\" is missing", {}, diagnostic::severity::error);
}

auto settings_reader::wants_scalar(const value& v, std::string_view key, std::string_view wanted) -> bool {
  if (v.is_scalar()) return true;
  wrong(v, key, wanted);
  return false;
}

auto settings_reader::wants_map(const value& v, std::string_view key) -> bool {
  if (v.is_map()) return true;
  wrong(v, key, "a map");
  return false;
}

auto settings_reader::wants_list(const value& v, std::string_view key) -> bool {
  if (v.is_sequence()) return true;
  wrong(v, key, "a list");
  return false;
}

void settings_reader::read(const value& v, std::string_view key, bool& out) {
  if (v.is_scalar() && !v.quoted && (v.scalar == "true" || v.scalar == "false"))
    out = v.scalar == "true";
  else
    wrong(v, key, "true or false");
}

void settings_reader::read(const value& v, std::string_view key, std::string& out) {
  if (wants_scalar(v, key, "a string")) out = v.scalar;
}

void settings_reader::read(const value& v, std::string_view key, double& out) {
  auto number = 0.0;
  const auto* end = v.scalar.data() + v.scalar.size();
  const auto [rest, ec] = std::from_chars(v.scalar.data(), end, number);
  if (v.is_scalar() && ec == std::errc{} && rest == end)
    out = number;
  else
    wrong(v, key, "a number");
}

auto settings_reader::read_integer(const value& v, std::string_view key, std::int64_t min, std::int64_t max,
                                   std::int64_t& out) -> bool {
  const auto* end = v.scalar.data() + v.scalar.size();
  const auto [rest, ec] = std::from_chars(v.scalar.data(), end, out);
  if (v.is_scalar() && ec == std::errc{} && rest == end && out >= min && out <= max) return true;
  const auto range = max == INT64_MAX
                         ? "a whole number, " + std::to_string(min) + " or more"
                         : "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  wrong(v, key, min == INT64_MIN ? "a whole number" : range);
  return false;
}

void settings_reader::read(const value& v, std::string_view key, byte_count& out) {
  const auto size = parse_byte_count(v.is_scalar() ? v.scalar : std::string{"?"});
  if (size)
    out = *size;
  else
    wrong(v, key, "a size with its unit, such as 64KiB or 4GiB");
}

void settings_reader::read(const value& v, std::string_view key, item_count& out) {
  const auto items = parse_item_count(v.is_scalar() ? v.scalar : std::string{"?"});
  if (items)
    out = *items;
  else
    wrong(v, key, "a number, such as 65536, 10k or 4M");
}

void settings_reader::read(const value& v, std::string_view key, duration& out) {
  const auto time = parse_duration(v.is_scalar() ? v.scalar : std::string{"?"});
  if (time)
    out = *time;
  else
    wrong(v, key, "a duration with its unit, such as 200ms, 5s or 1h");
}

void settings_reader::read(const value& v, std::string_view key, std::vector<std::string>& out) {
  out.clear();
  if (v.is_scalar()) return void(out.push_back(v.scalar));
  if (!v.is_sequence()) return wrong(v, key, "a string or a list of strings");
  for (const auto& item : v.items)
    if (wants_scalar(item, key, "strings in its list")) out.push_back(item.scalar);
}

void settings_reader::read(const value& v, std::string_view key, string_map& out) {
  if (!wants_map(v, key)) return;
  for (const auto& m : v.members)
    if (wants_scalar(m.content, m.key, "a string")) out[m.key] = m.content.scalar;
}

void settings_reader::read(const value& v, std::string_view key, secret& out) {
  if (v.is_scalar()) return void(out.value = v.scalar);
  const auto* path = v.is_map() && v.members.size() == 1 ? v.find("file") : nullptr;
  if (path == nullptr || !path->is_scalar()) return wrong(v, key, "a string or {file: path}");
  constexpr auto secret_bytes_max = std::size_t{64} << 10;
  errno = 0;
  auto file = std::ifstream{path->scalar, std::ios::binary};
  out.value.resize(secret_bytes_max + 1);
  file.read(out.value.data(), static_cast<std::streamsize>(out.value.size()));
  out.value.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.eof() || out.value.size() > secret_bytes_max) {
    out.value.clear();
    unread_.push_back(&v);
    const auto why = errno != 0 ? describe_errno(errno) : "it has more than 64 KiB";
    return report(path->where, "cannot read the secret file of \"" + std::string{key} + "\": " + why, {},
                  diagnostic::severity::error);
  }
  while (!out.value.empty() && (out.value.back() == '\n' || out.value.back() == '\r')) out.value.pop_back();
}

auto settings_lister::number_text(double number) -> std::string {
  char text[32];
  const auto [end, ec] = std::to_chars(text, text + sizeof text, number);
  return {text, end};
}

auto settings_lister::list_text(const std::vector<std::string>& items) -> std::string {
  auto text = std::string{"["};
  for (const auto& item : items) text += (text.size() > 1 ? ", " : "") + item;
  return text + ']';
}

} // namespace weir::config
