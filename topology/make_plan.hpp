/// Spec to plan: decides everything and starts nothing.
#pragma once

#include "topology/plan.hpp"

namespace weir {

/// The plan, unless `problems` holds errors afterwards (also those that were there before: a file with
/// findings of its own can still be looked through). Sorts `problems` by place.
auto make_plan(const config::value& root, config::diagnostics& problems) -> std::optional<topology_plan>;

/// Loads the file and makes its plan.
auto load_plan(const std::string& path, config::diagnostics& problems) -> std::optional<topology_plan>;

} // namespace weir
