/// A plan as JSON.
#pragma once

#include "topology/plan.hpp"

namespace weir::cli {

/// {"cluster", "insecure", "components": [{"name", "tier", "type", "from", "to", "classes", …}], "nodes",
/// "classes", "connections": [{"from", "to", "senders", "receivers"}], "guarantees": [{"path",
/// "guarantee", "at_power_cut", …}]}
auto json_of(const topology_plan& plan) -> std::string;

} // namespace weir::cli
