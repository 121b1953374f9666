/// Asks `weir buffer` about the buffers that the nodes have left.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/chaos/site.hpp"

#include <string>
#include <vector>

namespace weir::chaos {

/// What is wrong with them when all nodes have ended and all is stored: damage, or data that a reader has
/// not settled.
auto check_buffers(const std::string& weir, const site& of) -> result<std::vector<std::string>>;

} // namespace weir::chaos
