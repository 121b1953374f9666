#include "runtime/flow/gaps.hpp"

#include <algorithm>
#include <tuple>

namespace weir {

auto gaps_between(std::uint64_t start, std::vector<interval> known) -> gaps {
  std::sort(known.begin(), known.end(),
            [](const auto& a, const auto& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
  auto found = gaps{start, {}};
  for (const auto& next : known) {
    auto& end = found.known.empty() ? found.begin : found.known.back().end;
    if (next.begin > end)
      found.known.push_back({next.begin, std::max(next.begin, next.end)});
    else
      end = std::max(end, next.end);
  }
  std::reverse(found.known.begin(), found.known.end());
  return found;
}

} // namespace weir
