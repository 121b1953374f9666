/// Some of the events of a chunk, as runs of their numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace weir {

/// Events of one chunk, counted from 0 over all its sections: from first to below end.
struct index_range {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  auto operator==(const index_range&) const -> bool = default;
};

// All lists of them here are in order, and none of a list overlaps another or lies beside it.

/// None of those before is at `first` or behind it.
inline void append_range(std::vector<index_range>& to, std::uint64_t first, std::uint64_t events) {
  if (events == 0) return;
  if (!to.empty() && to.back().end == first)
    to.back().end += events;
  else
    to.push_back({first, first + events});
}

inline auto contains(std::span<const index_range> ranges, std::uint64_t index) -> bool {
  if (ranges.empty()) return false;
  const auto behind = std::upper_bound(ranges.begin(), ranges.end(), index,
                                       [](std::uint64_t n, const index_range& r) { return n < r.first; });
  return behind != ranges.begin() && index < (behind - 1)->end;
}

/// Appends what of `ranges` is in `part`, as if that began at `begin`.
inline void append_part(std::vector<index_range>& to, std::span<const index_range> ranges, const index_range& part,
                        std::uint64_t begin) {
  auto at = std::lower_bound(ranges.begin(), ranges.end(), part.first,
                             [](const index_range& r, std::uint64_t n) { return r.end <= n; });
  for (; at != ranges.end() && at->first < part.end; ++at) {
    const auto first = std::max(at->first, part.first);
    append_range(to, begin + (first - part.first), std::min(at->end, part.end) - first);
  }
}

/// Without what is at `end` or behind it.
inline void cut_off(std::vector<index_range>& ranges, std::uint64_t end) {
  while (!ranges.empty() && ranges.back().first >= end) ranges.pop_back();
  if (!ranges.empty()) ranges.back().end = std::min(ranges.back().end, end);
}

/// How many events they are.
inline auto events_in(std::span<const index_range> ranges) -> std::uint64_t {
  auto events = std::uint64_t{0};
  for (const auto& r : ranges) events += r.end - r.first;
  return events;
}

} // namespace weir
