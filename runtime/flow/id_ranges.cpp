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
  const auto& known = origin->second.ids;
  const auto after = known.upper_bound(id.sequence);
  return after != known.begin() && std::prev(after)->second >= id.sequence;
}

void id_ranges::insert(const id_range& r, std::int64_t now_s) {
  auto [origin, first, last] = r;
  if (first > last) return;
  auto& of_origin = origins_[origin];
  of_origin.seen_s = std::max(of_origin.seen_s, now_s);
  auto& known = of_origin.ids;
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
  const auto& ids = known->second.ids;
  auto at = ids.upper_bound(r.first);
  if (at != ids.begin()) --at;
  for (; at != ids.end() && at->first <= r.last; ++at)
    if (at->second >= r.first)
      parts.push_back({r.origin, std::max(at->first, r.first), std::min(at->second, r.last)});
  return parts;
}

auto id_ranges::around(const chunk_id& id) const -> id_range {
  WEIR_ASSERT(contains(id));
  const auto at = std::prev(origins_.at(id.origin).ids.upper_bound(id.sequence));
  return {id.origin, at->first, at->second};
}

auto id_ranges::size() const -> std::size_t {
  auto count = std::size_t{0};
  for (const auto& [origin, known] : origins_) count += known.ids.size();
  return count;
}

} // namespace weir
