#include "runtime/ledger/row_folding.hpp"

#include <algorithm>

namespace weir {

auto joined(std::span<const ledger_row> rows) -> std::vector<ledger_row> {
  auto groups = std::vector<ledger_row>{};
  for (auto at = rows.begin(); at != rows.end();) {
    auto group = *at;
    const auto begin = at;
    for (++at; at != rows.end() && at->first <= group.end; ++at) {
      group.end = std::max(group.end, at->end);
      group.seen_s = std::max(group.seen_s, at->seen_s);
    }
    if (at - begin > 1) groups.push_back(group);
  }
  return groups;
}

auto missing_parts(const std::string& source, const position_range& range, const position_index& known)
    -> std::vector<position_range> {
  const auto in = known.common(source, range);
  if (in.empty()) return {range};
  auto parts = std::vector<position_range>{};
  auto begin = range.begin;
  for (const auto& p : in) {
    if (p.begin > begin) parts.push_back({range.stream, begin, p.begin});
    begin = std::max(begin, p.end);
  }
  if (begin < range.end) parts.push_back({range.stream, begin, range.end});
  return parts;
}

} // namespace weir
