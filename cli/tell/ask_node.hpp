/// Has a question answered by the node that it is about: this one, or another of the cluster.
#pragma once

#include "cli/tell/teller.hpp"
#include "topology/node.hpp"

#include <string>

namespace weir::cli {

/// Who answers here, and knows the others.
struct told_from {
  const teller& by;
  node& here;
  const std::string& name; ///< of the node
};

/// With node=NAME it is that one; of one that is connected the answer is there within two seconds, or why not.
auto ask_node(const told_from& from, question what, const asker& by) -> result<std::string>;

} // namespace weir::cli
