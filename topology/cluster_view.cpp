#include "topology/cluster_view.hpp"

#include "topology/builder/builder.hpp"
#include "topology/classes.hpp"
#include "topology/rights.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Whether a node of these classes may host one of `wanted`; one whose classes are not known may.
auto may_serve(const topology_plan& plan, const std::vector<std::string>& classes,
               const std::vector<std::string>& wanted) -> bool {
  if (classes.empty()) return !wanted.empty();
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const auto& name) { return share_a_class(plan.find(name)->classes, classes); });
}

auto has_node(const std::vector<node_address>& all, std::string_view name) -> bool {
  return std::any_of(all.begin(), all.end(), [&](const auto& n) { return n.name == name; });
}

auto address_of(const member& who) -> std::optional<node_address> {
  const auto at = parse_host_port(who.address);
  if (!at) return std::nullopt;
  return node_address{who.node, at->host, at->port, who.classes};
}

/// Names in their order, with one's own.
auto ring_of(const std::vector<member>& members, const std::string& self) -> std::vector<std::string> {
  auto names = std::vector<std::string>{self};
  for (const auto& m : members)
    if (m.serves && !m.address.empty()) names.push_back(m.node);
  std::sort(names.begin(), names.end());
  return names;
}

auto neighbours_in(const std::vector<std::string>& ring, const std::string& self) -> std::vector<std::string> {
  const auto own = static_cast<std::size_t>(std::find(ring.begin(), ring.end(), self) - ring.begin());
  auto names = std::vector<std::string>{};
  for (auto far = std::size_t{1}; far < ring.size(); far *= 2) names.push_back(ring[(own + far) % ring.size()]);
  return names;
}

} // namespace

auto serves(const std::vector<const component_plan*>& hosted) -> bool {
  return std::any_of(hosted.begin(), hosted.end(), [](const auto* c) { return c->in != tier::collector; });
}

auto member_of(const topology_plan& plan, const std::string& node, const std::vector<std::string>& classes) -> member {
  const auto hosted = components_of(plan, classes);
  auto me = member{};
  me.node = node;
  me.classes = classes;
  me.zone = plan.joining.zone;
  me.serves = serves(hosted);
  for (const auto* c : hosted)
    if (c->letters_of.empty()) me.components.push_back(c->name);
  return me;
}

auto nodes_to_dial(const topology_plan& plan, const std::vector<const component_plan*>& hosted, const std::string& self,
                   const std::vector<member>& members, const std::set<std::string>& lost) -> std::vector<node_address> {
  auto found = std::vector<node_address>{};
  const auto wanted = remote_components(hosted);
  for (const auto& other : plan.nodes)
    if (other.name != self && may_serve(plan, other.classes, wanted)) found.push_back(other);
  const auto is_joined = plan.joining.is_open() && serves(hosted);
  const auto near = is_joined ? neighbours_in(ring_of(members, self), self) : std::vector<std::string>{};
  for (const auto& m : members) {
    const auto is_near = std::find(near.begin(), near.end(), m.node) != near.end() || (is_joined && lost.contains(m.node));
    if (m.node == self || has_node(found, m.node) || !why_not_as(plan, m.node, m.classes).empty() || !(is_near || may_serve(plan, m.classes, wanted))) continue;
    if (auto at = address_of(m)) found.push_back(std::move(*at));
  }
  return found;
}

} // namespace weir
