/// What people have actors of a node do: pause, resume, retry, restart.
#pragma once

#include "cli/tell/question.hpp"
#include "topology/node.hpp"

#include <string>

namespace weir::cli {

/// "pause?component=NAME": all its actors here, or with address= one. {"done": [addresses]}. An error says who did not; those
/// before it did.
auto carry_out_order(node& at, const question& what, const std::string& by) -> result<std::string>;

} // namespace weir::cli
