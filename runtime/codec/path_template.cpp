#include "runtime/codec/path_template.hpp"

#include "runtime/codec/time_text.hpp"
#include "runtime/event/template_names.hpp"

#include <algorithm>
#include <climits>
#include <ctime>

namespace weir {
namespace {

constexpr auto name_bytes_max = std::size_t{255}; // NAME_MAX of every usual file system

constexpr auto leaves = std::string_view{"path leaves the directory"};
constexpr auto too_long = std::string_view{"path is too long"};

/// Seconds for which a part of a time stays the same, at least; 0 if it is not known.
auto period_of(char letter) -> std::int64_t {
  if (std::string_view{"YymdejFbBaAuwVGU"}.find(letter) != std::string_view::npos) return 86'400;
  if (std::string_view{"HIp"}.find(letter) != std::string_view::npos) return 3600;
  if (std::string_view{"MR"}.find(letter) != std::string_view::npos) return 60;
  return std::string_view{"STs"}.find(letter) != std::string_view::npos ? 1 : 0;
}

auto has_path_bytes(std::string_view value) -> bool {
  return value.find('/') != std::string_view::npos || value.find('\0') != std::string_view::npos;
}

/// Each name in `path`, which begins behind a slash.
auto problem_of(std::string_view path) -> std::string_view {
  for (;;) {
    const auto slash = path.find('/');
    const auto name = path.substr(0, slash);
    if (name.empty() || name == "." || name == "..") return leaves;
    if (name.size() > name_bytes_max) return too_long;
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

/// `local`: what clocks show, as if it were UTC.
void append_time_text(std::string& out, const std::string& format, std::int64_t local, std::int64_t utc) {
  if (format == "%s") return void(out += std::to_string(utc)); // strftime would ask for the zone of the process
  const auto second = static_cast<std::time_t>(local);
  auto parts = std::tm{};
  gmtime_r(&second, &parts);
  char text[64];
  out.append(text, std::strftime(text, sizeof text, format.c_str(), &parts));
}

} // namespace

auto path_template::compile(std::string_view written, const names& known) -> result<path_template> {
  auto made = path_template{};
  const auto text = with_short_names(written);
  if (text.empty()) return error{errc::rejected, "an empty path"};
  for (auto at = std::size_t{0}; at < text.size();) {
    const auto next = text.find_first_of("%{", at);
    made.add_literal(std::string_view{text}.substr(at, next - at));
    if (next == std::string::npos) break;
    if (text[next] == '%') {
      WEIR_CHECK(made.add_time(next + 1 < text.size() ? text[next + 1] : '\0'));
      at = next + 2;
      continue;
    }
    const auto end = text.find('}', next);
    if (end == std::string::npos) return error{errc::rejected, "a { without its }"};
    WEIR_CHECK(made.add_value(std::string_view{text}.substr(next + 1, end - next - 1), known));
    at = end + 1;
  }
  made.begin_values();
  auto path = std::string{};
  if (!made.render("tag", 0, path).empty())
    return error{errc::rejected, "a name that is empty, . or .. behind a value, or that is too long"};
  return made;
}

void path_template::add_literal(std::string_view text) {
  if (text.empty()) return;
  if (parts_.empty() || parts_.back().what != part::kind::literal) parts_.emplace_back();
  parts_.back().text.append(text);
}

/// What was added so far is fixed, up to its last slash.
void path_template::begin_values() {
  if (fixed_bytes_ != std::string::npos) return;
  const auto fixed = parts_.empty() ? std::string{} : parts_.front().text;
  const auto slash = fixed.rfind('/');
  fixed_bytes_ = slash == std::string::npos ? 0 : slash + 1;
  directory_ = fixed.substr(0, fixed_bytes_ > 1 ? fixed_bytes_ - 1 : fixed_bytes_);
  if (directory_.empty()) directory_ = ".";
}

auto path_template::add_value(std::string_view name, const names& known) -> result<void> {
  if (name == "tag") {
    begin_values();
    parts_.push_back({part::kind::tag, {}});
    uses_tag_ = true;
    return {};
  }
  if (name != "node" && name != "component")
    return error{errc::rejected, "{" + std::string{name} + "}; known are {tag}, {node} and {component}"};
  const auto& value = name == "node" ? known.node : known.component;
  if (has_path_bytes(value))
    return error{errc::rejected, "a " + std::string{name} + " that is no file name: " + value};
  begin_values();
  add_literal(value);
  return {};
}

auto path_template::add_time(char letter) -> result<void> {
  if (letter == '%') return add_literal("%"), result<void>{};
  const auto period = period_of(letter);
  if (period == 0)
    return error{errc::rejected, letter == '\0' ? std::string{"a % at its end; write %% for one"}
                                                : std::string{"%"} + letter + ", which is no part of a time"};
  begin_values();
  parts_.push_back({part::kind::time, {'%', letter}});
  period_s_ = period_s_ == 0 ? period : std::min(period_s_, period);
  return {};
}

auto path_template::common_directory() const -> std::string {
  const auto is_literal = !parts_.empty() && parts_.front().what == part::kind::literal;
  const auto slash = is_literal ? parts_.front().text.rfind('/') : std::string::npos;
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : parts_.front().text.substr(0, slash);
}

auto path_template::times_around(std::int64_t time_ns) const -> write_bounds {
  if (period_s_ == 0) return {};
  const auto second = second_of(time_ns);
  const auto there = zone_.around(second);
  const auto into = (second + there.offset) % period_s_;
  const auto begin = second - (into < 0 ? into + period_s_ : into);
  return {.begin_ns = std::max(begin, there.from) * 1'000'000'000, .end_ns = std::min(begin + period_s_, there.end) * 1'000'000'000};
}

auto path_template::render(std::string_view tag, std::int64_t time_ns, std::string& out) const
    -> std::string_view {
  if (uses_tag_ && has_path_bytes(tag)) return leaves;
  if (uses_tag_ && tag.size() > name_bytes_max) return too_long;
  out.clear();
  const auto second = second_of(time_ns);
  const auto local = second + (uses_time() ? zone_.around(second).offset : 0);
  for (const auto& p : parts_) {
    if (p.what == part::kind::literal)
      out += p.text;
    else if (p.what == part::kind::tag)
      out += tag;
    else
      append_time_text(out, p.text, local, second);
  }
  if (out.size() >= PATH_MAX) return too_long;
  return problem_of(std::string_view{out}.substr(fixed_bytes_));
}

} // namespace weir
