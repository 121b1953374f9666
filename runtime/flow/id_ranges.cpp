#include "runtime/flow/id_ranges.hpp"

#include "runtime/base/assert.hpp"

#include <algorithm>

namespace weir {

void append_range(std::vector<id_range>& to, const id_range& r) {
  if (!to.empty() && to.back().origin == r.origin && to.back().last + 1 == r.first)
    to.back().last = r.last;
  else
    to.push_back(r);
}

auto id_ranges::contains(const chunk_id& id) const -> bool {
  const auto origin = origins_.find(id.origin);
  return origin != origins_.end() && origin->second.ids.contains(id.sequence);
}

void id_ranges::insert(const id_range& r, std::int64_t now_s) {
  if (r.first > r.last) return;
  auto& known = origins_[r.origin];
  known.seen_s = std::max(known.seen_s, now_s);
  known.ids.insert({r.first, r.last});
}

void id_ranges::note_seen(std::uint64_t origin, std::int64_t seen_s) {
  if (const auto at = origins_.find(origin); at != origins_.end()) at->second.seen_s = std::max(at->second.seen_s, seen_s);
}

void id_ranges::note_unknown_seen(std::int64_t seen_s) {
  for (auto& [origin, known] : origins_)
    if (known.seen_s == 0) known.seen_s = seen_s;
}

void id_ranges::forget(std::int64_t before_s, std::size_t most) {
  if (origins_.size() > most) {
    auto seen = std::vector<std::int64_t>{};
    for (const auto& [origin, known] : origins_) seen.push_back(known.seen_s);
    const auto first_kept = seen.end() - static_cast<std::ptrdiff_t>(most);
    std::nth_element(seen.begin(), first_kept, seen.end());
    before_s = std::max(before_s, *first_kept);
  }
  std::erase_if(origins_, [&](const auto& known) { return known.second.seen_s < before_s; });
}

auto id_ranges::floor(std::uint64_t origin) const -> std::uint64_t {
  const auto known = origins_.find(origin);
  if (known == origins_.end() || known->second.ids.empty()) return 1;
  const auto& [first, last] = *known->second.ids.begin();
  return first <= 1 ? last + 1 : 1;
}

auto id_ranges::of(std::uint64_t origin) const -> std::vector<id_range> {
  return common({origin, 0, UINT64_MAX});
}

auto id_ranges::common(const id_range& r) const -> std::vector<id_range> {
  auto parts = std::vector<id_range>{};
  const auto known = origins_.find(r.origin);
  if (known == origins_.end()) return parts;
  known->second.ids.for_each_common(
      {r.first, r.last}, [&](std::uint64_t first, std::uint64_t last) { parts.push_back({r.origin, first, last}); });
  return parts;
}

auto id_ranges::around(const chunk_id& id) const -> id_range {
  const auto origin = origins_.find(id.origin);
  WEIR_ASSERT(origin != origins_.end());
  const auto* range = origin->second.ids.find(id.sequence);
  WEIR_ASSERT(range != nullptr);
  return {id.origin, range->first, range->second};
}

auto id_ranges::size() const -> std::size_t {
  auto count = std::size_t{0};
  for (const auto& [origin, known] : origins_) count += known.ids.size();
  return count;
}

} // namespace weir
