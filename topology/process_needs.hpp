/// How many descriptors and threads a node needs, and what its limits leave.
#pragma once

#include "runtime/os/descriptor_budget.hpp"
#include "topology/plan.hpp"

#include <string>
#include <vector>

namespace weir {

/// Of a node that hosts these components and may open `limit` descriptors.
auto descriptors_of(const topology_plan& plan, const std::vector<const component_plan*>& hosted,
                    std::size_t limit) -> descriptor_plan;

/// Connections at a node's port that may not have said who they are, of a process that may open `limit` files.
auto strangers_of(std::size_t limit) -> std::size_t;

/// Of a node that hosts these components: its actors that block, and what the process has anyway.
auto threads_of(const topology_plan& plan, const std::vector<const component_plan*>& hosted) -> std::size_t;

/// Why a node with so few cannot run; empty: it can.
auto lack_of_descriptors(const descriptor_plan& descriptors) -> std::string;

} // namespace weir
