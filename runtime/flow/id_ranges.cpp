#include "runtime/flow/id_ranges.hpp"

#include <algorithm>
#include <iterator>

namespace weir {

auto id_ranges::contains(const chunk_id& id) const -> bool {
  const auto origin = origins_.find(id.origin);
  if (origin == origins_.end()) return false;
  const auto after = origin->second.upper_bound(id.sequence);
  return after != origin->second.begin() && std::prev(after)->second >= id.sequence;
}

void id_ranges::insert(std::uint64_t origin, std::uint64_t first, std::uint64_t last) {
  if (first > last) return;
  auto& known = origins_[origin];
  auto at = known.upper_bound(first);
  // Sequences come from outside, so the largest must not wrap.
  if (at != known.begin() && (first == 0 || std::prev(at)->second >= first - 1)) --at;
  while (at != known.end() && (at->first == 0 || at->first - 1 <= last)) {
    first = std::min(first, at->first);
    last = std::max(last, at->second);
    at = known.erase(at);
  }
  known.emplace_hint(at, first, last);
}

auto id_ranges::size() const -> std::size_t {
  auto count = std::size_t{0};
  for (const auto& [origin, known] : origins_) count += known.size();
  return count;
}

} // namespace weir
