/// Whose positions a node's collectors go on with, where its name is the host's: a container has another one each time.
#pragma once

#include "runtime/os/file_system.hpp"
#include "topology/plan.hpp"

#include <string>
#include <vector>

namespace weir {

/// The name that the node had when its first disk buffer was made, which that one's directory keeps; the node's own if
/// it hosts none. An error if it cannot be read or kept.
auto kept_source_name(file_system& disk, const std::vector<const component_plan*>& hosted, const std::string& node)
    -> result<std::string>;

} // namespace weir
