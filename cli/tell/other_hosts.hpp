/// Which other nodes have something of a component.
#pragma once

#include "cli/run/reloads.hpp"
#include "topology/node.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace weir::cli {

struct other_hosts {
  std::set<std::string> linked;
  std::vector<std::string> away; ///< sentences: those that this node is not connected with
};

/// Of a component, whose name `is_wanted` takes; by what this node knows of the others, or else the file names. Asks nobody.
auto find_other_hosts(node& at, const reloads& of, const std::function<bool(const std::string& component)>& is_wanted)
    -> other_hosts;

} // namespace weir::cli
