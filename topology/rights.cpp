#include "topology/rights.hpp"

#include "topology/classes.hpp"

#include <algorithm>

namespace weir {
namespace {

auto classes_of(const topology_plan& plan, std::string_view node, const std::vector<std::string>& said)
    -> const std::vector<std::string>& {
  const auto at =
      std::find_if(plan.nodes.begin(), plan.nodes.end(), [&](const node_address& n) { return n.name == node; });
  return at == plan.nodes.end() || at->classes.empty() ? said : at->classes;
}

auto is_hosted(const component_plan& c, const std::vector<std::string>& classes) -> bool {
  return c.classes.empty() || share_a_class(c.classes, classes);
}

} // namespace

auto components_fed_by(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes)
    -> std::set<std::string, std::less<>> {
  auto fed = std::set<std::string, std::less<>>{};
  const auto& runs_as = classes_of(plan, node, classes);
  for (const auto& c : plan.components)
    if (is_hosted(c, runs_as)) fed.insert(c.to.begin(), c.to.end());
  return fed;
}

} // namespace weir
