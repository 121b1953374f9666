#include "actors/operators/multiline/settings.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace weir {
namespace {

constexpr auto language_names = std::array<std::pair<std::string_view, trace_language>, trace_languages>{
    {{"java", trace_language::java},
     {"python", trace_language::python},
     {"go", trace_language::go},
     {"ruby", trace_language::ruby},
     {"php", trace_language::php},
     {"dotnet", trace_language::dotnet},
     {"node", trace_language::node}}};

auto language_of(std::string_view name) -> std::optional<trace_language> {
  for (const auto& [known, language] : language_names)
    if (known == name) return language;
  return std::nullopt;
}

auto languages_of(const multiline_settings& s) -> std::vector<trace_language> {
  auto all = std::vector<trace_language>{};
  for (const auto& name : s.presets)
    if (const auto l = language_of(name); l && std::find(all.begin(), all.end(), *l) == all.end()) all.push_back(*l);
  return all;
}

auto has_expressions(const multiline_settings& s) -> bool { return !s.start.empty() || !s.go_on.empty() || !s.end.empty(); }

void check_presets(const multiline_settings& s, config::settings_reader& reader) {
  for (const auto& name : s.presets)
    if (!language_of(name) && name != "docker" && name != "cri")
      reader.complain("presets", "\"presets\" wants some of java, python, go, ruby, php, dotnet, node, docker, cri, not \"" + name + '"');
  if (!has_expressions(s)) {
    if (s.presets.empty()) reader.complain({}, "wants \"presets\", or an expression for \"start\", \"continue\" or \"end\"");
    return;
  }
  if (!languages_of(s).empty())
    reader.complain("presets", "\"presets\" of languages and expressions of one's own do not go together",
                    "take two multiline operators, or the expressions alone");
}

void check_limits(const multiline_settings& s, config::settings_reader& reader) {
  if (s.timeout < std::chrono::milliseconds{10} || s.timeout > std::chrono::hours{1})
    reader.complain("timeout", "\"timeout\" wants 10ms..1h, not " + to_text(s.timeout));
  if (s.max_lines.value < 2 || s.max_lines.value > 100'000)
    reader.complain("max_lines", "\"max_lines\" wants 2..100000, not " + std::to_string(s.max_lines.value));
  if (s.max_size.value < 1024 || s.max_size.value > (16U << 20U))
    reader.complain("max_size", "\"max_size\" wants 1KiB..16MiB, not " + to_text(s.max_size));
}

} // namespace

auto multiline_settings::limits() const -> assembler_limits {
  return {static_cast<std::size_t>(max_lines.value), static_cast<std::size_t>(max_size.value), timeout};
}

auto rules_of(const multiline_settings& settings) -> result<std::unique_ptr<line_rules>> {
  if (has_expressions(settings)) return make_rules(line_expressions{settings.start, settings.go_on, settings.end});
  return make_rules(languages_of(settings));
}

void validate(const multiline_settings& settings, config::settings_reader& reader) {
  check_presets(settings, reader);
  check_limits(settings, reader);
  for (const auto* key : {"start", "continue", "end"})
    if (const auto* given = reader.given(key); given != nullptr && given->is_scalar() && given->scalar.empty())
      reader.complain(key, '"' + std::string{key} + "\" is empty, an RE2 expression was wanted");
  const auto rules = rules_of(settings);
  if (rules) return;
  const auto& what = rules.failure().what;
  reader.complain(what.substr(0, what.find(':')), what);
}

} // namespace weir
