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

auto may_serve_as(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes) -> bool {
  const auto& runs_as = classes_of(plan, node, classes);
  return std::any_of(plan.components.begin(), plan.components.end(),
                     [&](const auto& c) { return c.in != tier::collector && is_hosted(c, runs_as); });
}

auto rights_now(std::shared_ptr<const current_plan> plan, std::string node, std::vector<std::string> classes)
    -> std::function<bool(const std::string& component)> {
  return [plan = std::move(plan), node = std::move(node), classes = std::move(classes), known = std::uint64_t{0},
          fed = std::set<std::string, std::less<>>{}](const std::string& component) mutable {
    if (const auto edition = plan->edition(); edition != std::exchange(known, edition))
      fed = components_fed_by(*plan->get(), node, classes);
    return fed.contains(component);
  };
}

} // namespace weir
