/// What a node may do at others, by what the topology places on it.
#pragma once

#include "topology/plan.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The components that those of the node send to. `classes`: what it says it runs as, which counts only if the file
/// does not say it.
auto components_fed_by(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes)
    -> std::set<std::string, std::less<>>;

} // namespace weir
