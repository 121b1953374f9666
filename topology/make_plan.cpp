#include "topology/make_plan.hpp"

#include "config/yaml.hpp"
#include "topology/draft.hpp"
#include "topology/spec.hpp"

#include <algorithm>
#include <tuple>

namespace weir {
namespace {

auto section_names() -> std::vector<std::string> {
  auto names = std::vector<std::string>{"cluster"};
  for (const auto t : all_tiers) names.emplace_back(section_name(t));
  for (const auto* rest : {"dead_letter", "dead_letters", "remember", "remember_ids", "console", "placement", "nodes", "include", "tests"}) names.emplace_back(rest);
  return names;
}

/// Also gives the sections that unknown ones were probably meant to be.
auto check_sections(draft& d, const config::value& root) -> std::vector<std::string> {
  const auto names = section_names();
  auto meant = std::vector<std::string>{};
  for (const auto& m : root.members) {
    if (std::find(names.begin(), names.end(), m.key) != names.end()) continue;
    auto hint = did_you_mean(m.key, names);
    if (const auto near = hint.empty() ? std::nullopt : config::nearest(m.key, names))
      meant.push_back(*near);
    else
      hint = "sections are " + list_names(names);
    d.complain(m.where, "unknown section \"" + m.key + '"', std::move(hint));
  }
  return meant;
}

void read_retention(draft& d, const config::value& root) {
  const auto spec = config::read_settings<retention_spec>(root, "topology", d.problems, section_names());
  d.plan.keep = {spec.remember, spec.remember_ids.age, spec.remember_ids.max.value};
}

/// A pipeline wants a beginning and an end; silent where another finding says why one is missing.
void check_end(draft& d, const config::value& root, tier t, const std::vector<std::string>& meant,
               std::string what) {
  const auto name = section_name(t);
  const auto* section = root.find(name);
  const auto is_misread = section && !section->is_map() && section->type != config::value::kind::null;
  const auto is_there =
      std::any_of(d.components.begin(), d.components.end(), [&](const auto& c) { return c.plan.in == t; });
  if (!is_there && !is_misread && std::find(meant.begin(), meant.end(), name) == meant.end())
    d.complain(d.root, std::move(what));
}

/// By file (that of the root first), line and column; the same finding only once.
void sort_by_place(config::diagnostics& problems, const std::string& root_file) {
  const auto key = [&](const config::diagnostic& p) {
    return std::make_tuple(p.where.file != root_file, std::string_view{p.where.file}, p.where.line,
                           p.where.column);
  };
  std::stable_sort(problems.begin(), problems.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto same = [&](const auto& a, const auto& b) { return key(a) == key(b) && a.what == b.what; };
  problems.erase(std::unique(problems.begin(), problems.end(), same), problems.end());
}

} // namespace

auto make_plan(const config::value& root, config::diagnostics& problems) -> std::optional<topology_plan> {
  auto d = draft{problems};
  d.root = root.where;
  if (root.is_map()) {
    const auto meant = check_sections(d, root);
    read_components(d, root);
    check_end(d, root, tier::collector, meant,
              "the topology has no collectors, so no event would ever enter it");
    check_end(d, root, tier::sink, meant, "the topology has no sinks, so no event would ever be stored");
    read_dead_letters(d, root);
    read_retention(d, root);
    read_console(d, root);
    wire_up(d);
    take_routes(d);
    resolve_rest(d);
    place_components(d, root);
    check_unknown(d);
    find_conflicts(d);
    if (!config::has_errors(problems)) {
      find_unrouted(d);
      find_own_input(d);
    }
  } else {
    d.complain(root.where, "wants a map of sections, not " + root.describe());
  }
  sort_by_place(problems, root.where.file);
  if (config::has_errors(problems)) return std::nullopt;
  for (auto& c : d.components) {
    c.plan.written = std::move(c.written);
    d.plan.components.push_back(std::move(c.plan));
  }
  return std::move(d.plan);
}

auto load_plan(const std::string& path, config::diagnostics& problems) -> std::optional<topology_plan> {
  const auto root = config::load_file(path, problems, section_names());
  if (root) return make_plan(*root, problems);
  sort_by_place(problems, path);
  return std::nullopt;
}

} // namespace weir
