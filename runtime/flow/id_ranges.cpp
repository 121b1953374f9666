#include "runtime/flow/id_ranges.hpp"

#include "runtime/base/assert.hpp"

#include <algorithm>
#include <iterator>

namespace weir {

void append_range(std::vector<id_range>& to, const id_range& r) {
  if (!to.empty() && to.back().origin == r.origin && to.back().last + 1 == r.first)
    to.back().last = r.last;
  else
    to.push_back(r);
}

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

auto id_ranges::floor(std::uint64_t origin) const -> std::uint64_t {
  const auto known = origins_.find(origin);
  if (known == origins_.end() || known->second.empty()) return 1;
  const auto& [first, last] = *known->second.begin();
  return first <= 1 ? last + 1 : 1;
}

auto id_ranges::of(std::uint64_t origin) const -> std::vector<id_range> {
  return common({origin, 0, UINT64_MAX});
}

auto id_ranges::common(const id_range& r) const -> std::vector<id_range> {
  auto parts = std::vector<id_range>{};
  const auto known = origins_.find(r.origin);
  if (known == origins_.end()) return parts;
  auto at = known->second.upper_bound(r.first);
  if (at != known->second.begin()) --at;
  for (; at != known->second.end() && at->first <= r.last; ++at)
    if (at->second >= r.first)
      parts.push_back({r.origin, std::max(at->first, r.first), std::min(at->second, r.last)});
  return parts;
}

auto id_ranges::around(const chunk_id& id) const -> id_range {
  WEIR_ASSERT(contains(id));
  const auto at = std::prev(origins_.at(id.origin).upper_bound(id.sequence));
  return {id.origin, at->first, at->second};
}

auto id_ranges::size() const -> std::size_t {
  auto count = std::size_t{0};
  for (const auto& [origin, known] : origins_) count += known.size();
  return count;
}

} // namespace weir
