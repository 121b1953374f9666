#include "topology/classes.hpp"
#include "topology/draft.hpp"

#include <algorithm>

namespace weir {
namespace {

/// How many nodes may host it, as far as the file says; with open membership any number.
auto may_be_on_several(const topology_plan& plan, const component_plan& c) -> bool {
  if (plan.classes.empty()) return false;
  if (plan.joining.is_open()) return true;
  const auto hosts = std::count_if(plan.nodes.begin(), plan.nodes.end(), [&](const node_address& n) {
    return n.classes.empty() || share_a_class(n.classes, c.classes);
  });
  return hosts > 1;
}

/// Why nothing is ever unknown of it, or waiting would not help; empty otherwise.
auto why_useless(const topology_plan& plan, const component_plan& sink) -> std::string {
  const auto* known = plugin_registry<store>::find(sink.type);
  const auto promise = known == nullptr ? store_promise{} : known->promise(sink.written);
  if (plan.classes.empty()) return "without \"placement\" all runs in one process, and one store has all";
  if (!may_be_on_several(plan, sink)) return "one node has the only store";
  if (promise.is_shared()) return "what one node has stored in a store of the type " + sink.type + " the others know";
  if (!promise.has_memory())
    return promise.why_none.empty() ? "a store of the type " + sink.type + " does not know again what it has" : promise.why_none;
  return {};
}

} // namespace

void check_unknown(draft& d) {
  for (const auto& c : d.components) {
    const auto* written = c.written.find("on_unknown");
    if (c.plan.in != tier::sink || written == nullptr) continue;
    auto plan = c.plan;
    plan.written = c.written;
    if (const auto why = why_useless(d.plan, plan); !why.empty())
      d.complain(written->where, c.owner() + ": \"on_unknown\" does nothing here: " + why);
  }
}

} // namespace weir
