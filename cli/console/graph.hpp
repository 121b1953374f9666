/// What flows through the components of a topology, and who holds up whom: of all their actors in the cluster together.
#pragma once

#include "cli/console/sight.hpp"
#include "topology/plan.hpp"

#include <string>
#include <vector>

namespace weir::cli {

struct component_flow {
  const component_plan* of = nullptr;
  std::size_t actors = 0;
  std::vector<std::string> nodes;
  actor_figures sum;   ///< but delay_ns, which is the greatest, and the histogram
  actor_rates rates;
  std::uint64_t dropped = 0;
  std::size_t waiting = 0; ///< of its actors those that have something and get no demand
  std::size_t failing = 0; ///< those that are away, or do not answer
  bool is_hidden = false;  ///< none of its actors is seen, and that says nothing: it may run where nothing is told from
  std::vector<std::string> silent; ///< where it may run that do not answer, if none of its actors is seen
  std::uint64_t store_silent_ns = 0; ///< of a sink that stores nothing: how long its store lets it wait, if that is unusual
  std::vector<std::string> waits_for; ///< receivers that give no credit to those that wait; all of them if each gives some
  std::vector<std::string> problems; ///< each once, some at most
};

/// In the order of the plan, sources first.
auto flows_of(const topology_plan& plan, const cluster_sight& seen) -> std::vector<component_flow>;

/// "sink archive stores 1.2k/s; 3 actors before it wait": the one that holds up the others; empty if nobody waits.
auto bottleneck_text(const std::vector<component_flow>& flows) -> std::string;

} // namespace weir::cli
