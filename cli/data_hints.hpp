/// Tells where the data of a topology goes, and one way to look at it.
#pragma once

#include "topology/plan.hpp"

#include <string>
#include <vector>

namespace weir::cli {

/// Lines for a reader at a terminal; empty if no sink of these has a path.
auto data_hints(const std::vector<const component_plan*>& hosted) -> std::string;

} // namespace weir::cli
