/// A set of numbers as few intervals: ids, positions, record numbers, which come in long runs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

namespace weir {

struct interval {
  std::uint64_t begin = 0;
  std::uint64_t end = 0; ///< as its set means it
  auto operator==(const interval&) const -> bool = default;
};

/// [begin, end). An empty one is kept where it stands apart: it has no number, but says that somebody was there.
struct half_open_ends {
  static auto reaches(std::uint64_t end, std::uint64_t number) -> bool { return end > number; }
  static auto joins(std::uint64_t end, std::uint64_t next_begin) -> bool { return end >= next_begin; }
};

/// [begin, end], so that the largest number can be in.
struct closed_ends {
  static auto reaches(std::uint64_t end, std::uint64_t number) -> bool { return end >= number; }
  static auto joins(std::uint64_t end, std::uint64_t next_begin) -> bool {
    return next_begin == 0 || end >= next_begin - 1;
  }
};

/// Its intervals are in order, neither overlapping nor adjacent. A tree: what comes out of order makes many of them.
template <class Ends> class interval_set {
public:
  using map = std::map<std::uint64_t, std::uint64_t>; ///< begin -> end

  /// Total: one that ends before it begins is none.
  void insert(const interval& i) {
    if (i.end < i.begin) return;
    auto at = map_.upper_bound(i.begin);
    if (at != map_.begin() && Ends::joins(std::prev(at)->second, i.begin)) {
      --at;
      at->second = std::max(at->second, i.end);
    } else {
      at = map_.emplace_hint(at, i.begin, i.end);
    }
    for (auto next = std::next(at); next != map_.end() && Ends::joins(at->second, next->first);
         next = map_.erase(next))
      at->second = std::max(at->second, next->second);
  }

  auto contains(std::uint64_t number) const -> bool { return find(number) != nullptr; }
  /// The one that has the number; null if it is not in.
  auto find(std::uint64_t number) const -> const map::value_type* {
    auto at = map_.upper_bound(number);
    return at != map_.begin() && Ends::reaches((--at)->second, number) ? &*at : nullptr;
  }
  /// The one that has all of `i`, or null. An empty one is also had by what begins or ends there.
  auto find(const interval& i) const -> const map::value_type* {
    auto at = map_.upper_bound(i.begin);
    return at != map_.begin() && (--at)->second >= i.end ? &*at : nullptr;
  }

  /// Whether a part of `i`, which is not empty, is in.
  auto touches(const interval& i) const -> bool {
    const auto after = map_.upper_bound(i.begin);
    if (after != map_.begin() && Ends::reaches(std::prev(after)->second, i.begin)) return true;
    return after != map_.end() && Ends::reaches(i.end, after->first);
  }

  /// Calls `visit(begin, end)` with the parts of `i` that are in.
  template <class Visitor> void for_each_common(const interval& i, Visitor&& visit) const {
    auto at = map_.upper_bound(i.begin);
    if (at != map_.begin() && Ends::reaches(std::prev(at)->second, i.begin)) --at;
    for (; at != map_.end() && Ends::reaches(i.end, at->first); ++at)
      visit(std::max(at->first, i.begin), std::min(at->second, i.end));
  }

  auto begin() const -> map::const_iterator { return map_.begin(); }
  auto end() const -> map::const_iterator { return map_.end(); }
  auto size() const -> std::size_t { return map_.size(); }
  auto empty() const -> bool { return map_.empty(); }
  /// There must be one.
  void erase_first() { map_.erase(map_.begin()); }

private:
  map map_;
};

} // namespace weir
