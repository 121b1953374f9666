/// How many connections a plan makes, and how many the other patterns would.
#pragma once

#include "topology/plan.hpp"

namespace weir {

/// Which aggregator tiers a topology has.
enum class pattern { none, source, destination, both };

auto pattern_of(const topology_plan& plan) -> pattern;
/// "no aggregators", "source aggregators only", …
auto pattern_name(pattern p) -> std::string_view;

/// One edge of the wiring with what stands at its ends: components times their nodes and instances.
struct hop {
  const component_plan* from = nullptr;
  const component_plan* to = nullptr;
  std::size_t senders = 0;
  std::size_t receivers = 0; ///< that each sender sees: its own node's if every such node hosts them
  auto connections() const -> std::size_t { return senders * receivers; }
};

auto hops_of(const topology_plan& plan) -> std::vector<hop>;

/// Connections if the collectors and sinks of the plan were joined by another pattern. A collector has
/// its source aggregator to itself; all else is everybody to everybody. Scaled up, an aggregator is one
/// endpoint a node, whatever its instances; scaled out, each instance is an endpoint.
struct connection_count {
  std::size_t scaled_up = 0;
  std::size_t scaled_out = 0;
};
auto connections_of(const topology_plan& plan, pattern p) -> connection_count;

} // namespace weir
