/// Asks `weir buffer` about the buffers that the nodes have left.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/chaos/site.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::chaos {

/// What is wrong with them when all nodes have ended and all is stored: damage, or data that a reader has
/// not settled, but for copies in a cluster.
auto check_buffers(const std::string& weir, const site& of) -> result<std::vector<std::string>>;

/// Copies that the nodes hold for each other; of one that does not answer nothing is known, and this neither.
auto count_copies(const std::string& weir, const site& of) -> std::optional<std::uint64_t>;

} // namespace weir::chaos
