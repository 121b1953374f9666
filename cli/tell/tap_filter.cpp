#include "cli/tell/tap_filter.hpp"

#include "config/yaml_tree.hpp"

namespace weir::cli {
namespace {

/// What an operator that keeps or drops does to one event.
class kept_or_not final : public event_output {
public:
  void put(const event_view&) override { is_kept = true; }
  void drop(std::string_view, std::uint64_t) override {}

  bool is_kept = false;
};

auto failure_of(const config::diagnostics& problems) -> error {
  constexpr auto setting = std::string_view{"\"keep\": "}; // of grep: nobody has written that
  auto what = problems.empty() ? "it cannot be read" : problems.front().what;
  if (const auto at = what.find(setting); at != std::string::npos) what.erase(0, at + setting.size());
  return {errc::malformed, "\"where\": " + what};
}

auto make_grep(config::value conditions) -> result<std::unique_ptr<event_operator>> {
  auto settings = config::value{};
  settings.type = config::value::kind::map;
  settings.members.push_back({"keep", {}, std::move(conditions)});
  auto problems = config::diagnostics{};
  const auto make = plugin_registry<event_operator>::find("grep")->configure(settings, "where", problems, {});
  if (config::has_errors(problems)) return failure_of(problems);
  return make(plugin_context{});
}

} // namespace

auto read_tag_patterns(const std::string& text) -> result<tag_pattern> {
  if (text.find_first_not_of(' ') == std::string::npos) return tag_pattern{};
  auto read = tag_pattern::parse({text});
  if (!read) return error{errc::malformed, "\"tag\": " + read.failure().what};
  return read;
}

auto tap_filter::make(const std::string& tags, const std::string& where) -> result<tap_filter> {
  auto made = tap_filter{};
  WEIR_TRY(made.tags_, read_tag_patterns(tags));
  if (where.empty()) return made;
  auto problems = config::diagnostics{};
  auto read = config::parse_yaml(where, {}, problems);
  if (read && read->is_map()) {
    if (config::has_errors(problems)) return failure_of(problems);
    WEIR_TRY(made.keeps_, make_grep(std::move(*read)));
  } else if (where.front() == '{') {
    return failure_of(problems);
  } else {
    made.text_ = read && read->is_scalar() && read->quoted ? read->scalar : where;
  }
  return made;
}

auto tap_filter::takes(const event_view& event) -> bool {
  if (!text_.empty() && event.record.find(text_) == std::string_view::npos) return false;
  if (!keeps_) return true;
  auto outcome = kept_or_not{};
  keeps_->apply(event, outcome);
  return outcome.is_kept;
}

} // namespace weir::cli
