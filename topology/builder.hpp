/// Turns the part of a plan that a node hosts into supervised children; all or nothing.
#pragma once

#include "actors/system/supervisor.hpp"
#include "runtime/os/descriptor_budget.hpp"
#include "runtime/os/poller.hpp"
#include "topology/plan.hpp"

#include <string>
#include <vector>

namespace weir {

struct build_context {
  std::string node;
  std::string source_node; ///< under which its collectors' positions are stored
  bool once = false;
  caf::actor_addr directory;
  poller* waits = nullptr;                  ///< outlives all actors
  descriptor_budget* descriptors = nullptr; ///< the same; null: nobody counts
};

/// One supervisor's settings for each tier that has children here, sinks first.
auto build_tiers(const topology_plan& plan, const std::vector<const component_plan*>& hosted,
                 const build_context& context) -> result<std::vector<supervisor_settings>>;

/// Names of downstream components of `hosted` that are not among them: other nodes must serve these.
auto remote_components(const std::vector<const component_plan*>& hosted) -> std::vector<std::string>;

} // namespace weir
