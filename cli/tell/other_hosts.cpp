#include "cli/tell/other_hosts.hpp"

#include <algorithm>

namespace weir::cli {

auto find_other_hosts(node& at, const reloads& of, const std::function<bool(const std::string& component)>& is_wanted)
    -> other_hosts {
  auto found = other_hosts{};
  auto known = std::set{of.by().node};
  const auto leave_out = [&](const std::string& node) { found.away.push_back(node + ": this node is not connected with it"); };
  for (const auto& m : at.members()) {
    const auto& its = m.who.components;
    known.insert(m.who.node);
    if (m.is_self || m.who.state == member_state::left || std::none_of(its.begin(), its.end(), is_wanted)) continue;
    if (m.is_linked)
      found.linked.insert(m.who.node);
    else
      leave_out(m.who.node);
  }
  const auto plan = of.plan();
  for (const auto& n : plan->nodes) {
    if (n.classes.empty() || known.contains(n.name)) continue;
    const auto its = components_of(*plan, n.classes);
    if (std::any_of(its.begin(), its.end(), [&](const auto* c) { return is_wanted(c->name); })) leave_out(n.name);
  }
  return found;
}

} // namespace weir::cli
