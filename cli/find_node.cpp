#include "cli/find_node.hpp"

#include "config/diagnostic.hpp"

#include <algorithm>
#include <ostream>
#include <vector>

namespace weir::cli {
namespace {

auto names_of(const std::vector<running_node>& nodes) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& n : nodes) names.push_back(n.name);
  return names;
}

/// Those of this node name, or of this cluster and node name; all if none is wanted.
auto matching(const std::vector<running_node>& nodes, const std::string& wanted)
    -> std::vector<running_node> {
  if (wanted.empty()) return nodes;
  for (const auto& n : nodes)
    if (n.name == wanted) return {n};
  auto found = std::vector<running_node>{};
  for (const auto& n : nodes)
    if (n.name.ends_with('.' + wanted)) found.push_back(n);
  return found;
}

void refuse_none(const std::string& wanted, std::string_view command, session& s) {
  const auto running = running_nodes();
  if (running.empty()) {
    s.err << "weir " << command << ": no node runs on this machine for this user\n";
    for (const auto& why : unusable_directories()) s.err << "  not looked into: " << why << '\n';
    return;
  }
  s.err << "weir " << command << ": node \"" << wanted << "\" does not run on this machine for this user\n";
  const auto names = names_of(running);
  auto likely = names; // the name alone is as good
  for (const auto& name : names) likely.push_back(name.substr(name.rfind('.') + 1));
  if (const auto meant = config::nearest(wanted, likely))
    s.err << "  hint: did you mean \"" << *meant << "\"?\n";
  for (const auto& name : names) s.err << "  running: " << name << '\n';
}

auto refuse_many(const std::vector<running_node>& found, std::string_view command, session& s) -> int {
  s.err << "weir " << command << ": " << found.size() << " nodes run on this machine; name one:\n";
  for (const auto& n : found) s.err << "  weir " << command << ' ' << n.name << '\n';
  return exit_misuse;
}

} // namespace

auto find_node(const std::string& wanted, std::string_view command, int none, session& s) -> found_node {
  const auto found = matching(running_nodes(), wanted);
  if (found.empty()) return refuse_none(wanted, command, s), found_node{std::nullopt, none};
  if (found.size() > 1) return {std::nullopt, refuse_many(found, command, s)};
  return {found.front(), exit_done};
}

auto is_here(const std::string& node) -> bool {
  const auto all = running_nodes();
  return std::any_of(all.begin(), all.end(), [&](const running_node& n) { return n.name == node || n.name.ends_with('.' + node); });
}

} // namespace weir::cli
