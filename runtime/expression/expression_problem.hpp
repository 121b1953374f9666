/// What is wrong with an expression, and where.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace weir {

struct expression_problem {
  std::size_t at = 0; ///< byte of the expression
  std::string what;   ///< lower case, no full stop: what was found and what was wanted
  std::string hint;   ///< empty if there is no single best answer
};

using expression_problems = std::vector<expression_problem>;

} // namespace weir
