#include "actors/sinks/sql/table_names.hpp"

#include "runtime/base/crc32c.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace weir {
namespace {

constexpr auto own_tables = std::array<std::string_view, 3>{"weir_ledger", "weir_sinks", "weir_times"};

auto to_name(std::string_view text) -> std::string {
  auto name = std::string{text};
  for (auto& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) c = '_';
  }
  return name;
}

/// What tells it from others that begin the same.
auto shortened(std::string name, std::string_view whole, std::size_t longest) -> std::string {
  char digits[10];
  std::snprintf(digits, sizeof digits, "_%08x", crc32c(whole));
  name.resize(longest - 9);
  return name + digits;
}

} // namespace

auto table_names::compile(const std::string& text, const path_template::names& known, std::size_t longest) -> result<table_names> {
  WEIR_TRY(auto form, path_template::compile(text, known));
  return table_names{std::move(form), longest};
}

auto table_names::of(std::string_view tag, std::int64_t time_ns) -> const std::string& {
  const auto is_known = times_.contains(time_ns) && (tag == tag_ || !form_.uses_tag());
  if (is_known) return name_;
  tag_ = tag;
  times_ = form_.times_around(time_ns);
  auto rendered = std::string{};
  // As a part of a path it may be at most 255 bytes long, and cannot be empty.
  const auto part = to_name(tag.substr(0, 128));
  if (!form_.render(part.empty() ? "_" : part, time_ns, rendered).empty()) rendered = part;
  name_ = to_name(rendered);
  if (name_.size() > longest_ || tag.size() > part.size()) {
    const auto whole = rendered + '/' + std::string{tag};
    name_.resize(std::max(name_.size(), longest_), '_');
    name_ = shortened(std::move(name_), whole, longest_);
  }
  // What the ledger is kept in is no table of events.
  if (std::find(own_tables.begin(), own_tables.end(), name_) != own_tables.end()) name_ += '_';
  return name_;
}

auto problem_of_table_name(const std::string& text) -> std::string {
  if (text.empty()) return "\"table\" is empty";
  const auto compiled = table_names::compile(text, {"n", "c"});
  if (!compiled) return "\"table\": " + compiled.failure().what;
  if (text.find('/') != std::string::npos) return "\"table\" wants the name of a table, without slashes";
  const auto name = to_name(text);
  if (std::find(own_tables.begin(), own_tables.end(), name) != own_tables.end())
    return "\"table\" cannot be \"" + text + "\", which is taken for the ledger";
  return {};
}

} // namespace weir
