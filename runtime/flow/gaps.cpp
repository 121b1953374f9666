#include "runtime/flow/gaps.hpp"

#include <algorithm>

namespace weir {

auto gaps_between(std::uint64_t start, const std::vector<interval>& known) -> gaps {
  auto all = interval_set<half_open_ends>{};
  for (const auto& one : known) all.insert({one.begin, std::max(one.begin, one.end)});
  auto found = gaps{start, {}};
  for (const auto& [begin, end] : all)
    if (begin <= found.begin)
      found.begin = std::max(found.begin, end);
    else
      found.known.push_back({begin, end});
  std::reverse(found.known.begin(), found.known.end());
  return found;
}

} // namespace weir
