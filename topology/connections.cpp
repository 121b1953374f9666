#include "topology/connections.hpp"

#include "topology/classes.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Nodes that host the component: those with an address and its class, at least one a class.
auto nodes_of(const topology_plan& plan, const component_plan& c) -> std::size_t {
  auto count = std::size_t{0};
  for (const auto& name : c.classes) {
    const auto of_class = std::count_if(plan.nodes.begin(), plan.nodes.end(),
                                        [&](const node_address& node) { return has_class(node.classes, name); });
    count += std::max<std::size_t>(1, static_cast<std::size_t>(of_class));
  }
  return std::max<std::size_t>(1, count);
}

/// Whether every node of the sender hosts the receiver too.
auto is_local(const component_plan& from, const component_plan& to) -> bool {
  return to.classes.empty() || have_all(to.classes, from.classes);
}

/// What stands in a tier; at least one, for patterns that the plan does not have.
auto endpoints(const topology_plan& plan, tier t, bool is_scaled_out) -> std::size_t {
  auto count = std::size_t{0};
  for (const auto& c : plan.components)
    if (c.in == t && c.letters_of.empty()) count += nodes_of(plan, c) * (is_scaled_out ? instances_of(c) : 1);
  return std::max<std::size_t>(1, count);
}

auto count_connections(const topology_plan& plan, pattern p, bool is_scaled_out) -> std::size_t {
  const auto collectors = endpoints(plan, tier::collector, is_scaled_out);
  const auto sources = endpoints(plan, tier::source_aggregator, is_scaled_out);
  const auto destinations = endpoints(plan, tier::destination_aggregator, is_scaled_out);
  const auto sinks = endpoints(plan, tier::sink, is_scaled_out);
  switch (p) {
  case pattern::none: return collectors * sinks;
  case pattern::source: return collectors + sources * sinks;
  case pattern::destination: return collectors * destinations + destinations * sinks;
  case pattern::both: break;
  }
  return collectors + sources * destinations + destinations * sinks;
}

} // namespace

auto pattern_of(const topology_plan& plan) -> pattern {
  const auto has = [&](tier t) {
    return std::any_of(plan.components.begin(), plan.components.end(),
                       [&](const auto& c) { return c.in == t; });
  };
  const auto has_destination = has(tier::destination_aggregator);
  if (has(tier::source_aggregator)) return has_destination ? pattern::both : pattern::source;
  return has_destination ? pattern::destination : pattern::none;
}

auto pattern_name(pattern p) -> std::string_view {
  switch (p) {
  case pattern::none: return "no aggregators";
  case pattern::source: return "source aggregators only";
  case pattern::destination: return "destination aggregators only";
  case pattern::both: break;
  }
  return "both aggregator tiers";
}

auto hops_of(const topology_plan& plan) -> std::vector<hop> {
  auto hops = std::vector<hop>{};
  for (const auto& from : plan.components)
    for (const auto& name : from.to) {
      const auto* to = plan.find(name);
      const auto nodes_seen = is_local(from, *to) ? 1 : nodes_of(plan, *to);
      hops.push_back({&from, to, nodes_of(plan, from) * instances_of(from), nodes_seen * instances_of(*to)});
    }
  return hops;
}

auto connections_of(const topology_plan& plan, pattern p) -> connection_count {
  return {count_connections(plan, p, false), count_connections(plan, p, true)};
}

} // namespace weir
