#include "topology/make_plan.hpp"

#include "config/yaml.hpp"
#include "topology/draft.hpp"

#include <algorithm>
#include <tuple>

namespace weir {
namespace {

auto section_names() -> std::vector<std::string> {
  auto names = std::vector<std::string>{"cluster"};
  for (const auto t : all_tiers) names.emplace_back(section_name(t));
  for (const auto* rest : {"placement", "nodes", "include"}) names.emplace_back(rest);
  return names;
}

void check_sections(draft& d, const config::value& root) {
  const auto names = section_names();
  for (const auto& m : root.members)
    if (std::find(names.begin(), names.end(), m.key) == names.end()) {
      auto hint = did_you_mean(m.key, names);
      if (hint.empty()) hint = "sections are " + list_names(names);
      d.complain(m.where, "unknown section \"" + m.key + '"', std::move(hint));
    }
}

void check_ends(draft& d) {
  const auto has = [&](tier t) {
    return std::any_of(d.components.begin(), d.components.end(),
                       [&](const auto& c) { return c.plan.in == t; });
  };
  if (!has(tier::collector))
    d.complain(d.root, "the topology has no collectors, so no event would ever enter it");
  if (!has(tier::sink)) d.complain(d.root, "the topology has no sinks, so no event would ever be stored");
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
    check_sections(d, root);
    read_components(d, root);
    check_ends(d);
    wire(d);
    place_components(d, root);
    find_conflicts(d);
  } else {
    d.complain(root.where, "wants a map of sections, not " + root.describe());
  }
  sort_by_place(problems, root.where.file);
  if (config::has_errors(problems)) return std::nullopt;
  for (auto& c : d.components) d.plan.components.push_back(std::move(c.plan));
  return std::move(d.plan);
}

auto load_plan(const std::string& path, config::diagnostics& problems) -> std::optional<topology_plan> {
  const auto root = config::load_file(path, problems);
  if (root) return make_plan(*root, problems);
  sort_by_place(problems, path);
  return std::nullopt;
}

} // namespace weir
