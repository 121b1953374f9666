/// What is missing of a stream of which parts are known.
#pragma once

#include "runtime/base/interval_set.hpp"

#include <cstdint>
#include <vector>

namespace weir {

struct gaps {
  std::uint64_t begin = 0;     ///< of the first gap; what lies before it is known
  std::vector<interval> known; ///< behind it: disjoint, not adjacent, the next one last
};

/// The gaps from `start` on. An empty interval is not known, but gaps end and begin there. Total: they may be
/// in any order, overlap, or end before they begin.
auto gaps_between(std::uint64_t start, const std::vector<interval>& known) -> gaps;

} // namespace weir
