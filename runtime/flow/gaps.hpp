/// What is missing of a stream of which parts are known.
#pragma once

#include <cstdint>
#include <vector>

namespace weir {

struct interval {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  auto operator==(const interval&) const -> bool = default;
};

struct gaps {
  std::uint64_t begin = 0;     ///< of the first gap; what lies before it is known
  std::vector<interval> known; ///< behind it: disjoint, not adjacent, the next one last
};

/// The gaps from `start` on. An empty interval is not known, but gaps end and begin there. Total: they may be
/// in any order, overlap, or end before they begin.
auto gaps_between(std::uint64_t start, std::vector<interval> known) -> gaps;

} // namespace weir
