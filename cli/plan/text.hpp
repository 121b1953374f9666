/// A plan for the terminal.
#pragma once

#include "topology/plan.hpp"

namespace weir::cli {

/// One line a tier, and where it runs.
auto summary_of(const topology_plan& plan) -> std::string;
/// The tiers side by side, wiring, placement, connections.
auto text_of(const topology_plan& plan) -> std::string;

} // namespace weir::cli
