#include "topology/rights.hpp"

#include "topology/classes.hpp"

#include <fnmatch.h>

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

auto rights_of_class(const topology_plan& plan, std::string_view name) -> const class_rights* {
  const auto& all = *plan.joining.allow;
  const auto at = std::find_if(all.begin(), all.end(), [&](const class_rights& r) { return r.name == name; });
  return at == all.end() ? nullptr : &*at;
}

auto is_named_by(const std::vector<std::string>& patterns, const std::string& node) -> bool {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) {
           return ::fnmatch(p.c_str(), node.c_str(), 0) == 0;
         });
}

auto may_as(const topology_plan& plan, const std::string& class_name, right what) -> bool {
  const auto* given = rights_of_class(plan, class_name);
  return given != nullptr && (what == right::observe ? given->may_observe : given->may_operate);
}

} // namespace

auto why_not_as(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes) -> std::string {
  if (!plan.joining.allow) return {};
  for (const auto& name : classes_of(plan, node, classes)) {
    const auto* given = rights_of_class(plan, name);
    if (given == nullptr) return "class \"" + name + "\" is not under allow:, so no node may run as it";
    if (!is_named_by(given->nodes, std::string{node})) return "no node of its name may run as class \"" + name + '"';
  }
  return {};
}

auto may(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes, right what) -> bool {
  const auto& runs_as = classes_of(plan, node, classes);
  if (plan.joining.allow)
    return std::any_of(runs_as.begin(), runs_as.end(), [&](const auto& name) { return may_as(plan, name, what); });
  return std::any_of(plan.components.begin(), plan.components.end(), [&](const component_plan& c) {
    return (c.in == tier::destination_aggregator || c.in == tier::sink) && is_hosted(c, runs_as);
  });
}

auto components_fed_by(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes)
    -> std::set<std::string, std::less<>> {
  auto fed = std::set<std::string, std::less<>>{};
  const auto& runs_as = classes_of(plan, node, classes);
  for (const auto& c : plan.components)
    if (is_hosted(c, runs_as)) {
      fed.insert(c.to.begin(), c.to.end());
      if (replicas_of(c) > 1) fed.insert(c.name); // they ask each other what is with their copies
    }
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

auto may_now(std::shared_ptr<const current_plan> plan, std::string node, std::vector<std::string> classes)
    -> std::function<bool(right)> {
  return [plan = std::move(plan), node = std::move(node), classes = std::move(classes)](right what) {
    return may(*plan->get(), node, classes, what);
  };
}

} // namespace weir
