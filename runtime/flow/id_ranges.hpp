/// A set of chunk ids kept as ranges per origin: gapless sequences compress to a handful.
#pragma once

#include "runtime/base/interval_set.hpp"
#include "runtime/event/chunk.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace weir {

/// first..last of an origin, both included.
struct id_range {
  std::uint64_t origin = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  auto operator==(const id_range&) const -> bool = default;
};

/// Adds to a list of ranges; grows the last one where that fits.
void append_range(std::vector<id_range>& to, const id_range& r);

class id_ranges {
public:
  auto contains(const chunk_id& id) const -> bool;
  void insert(const chunk_id& id, std::int64_t now_s = 0) { insert({id.origin, id.sequence, id.sequence}, now_s); }
  /// `now_s`: the second of the wall clock, where origins are to be forgotten by age.
  void insert(const id_range& r, std::int64_t now_s = 0);
  /// Origins of which nothing came since before then, and of more than `most` the oldest.
  void forget(std::int64_t before_s, std::size_t most);
  /// The first sequence of the origin, from 1 on, that is not in.
  auto floor(std::uint64_t origin) const -> std::uint64_t;
  auto of(std::uint64_t origin) const -> std::vector<id_range>;
  /// The parts of `r` that are in.
  auto common(const id_range& r) const -> std::vector<id_range>;
  /// The range that has the id, which must be in.
  auto around(const chunk_id& id) const -> id_range;
  /// All ranges, by origin and in order.
  template <class Visitor> void for_each(Visitor&& visit) const {
    for (const auto& [origin, known] : origins_)
      for (const auto& [first, last] : known.ids) visit(id_range{origin, first, last});
  }
  /// Each origin, with the second in which something of it came last.
  template <class Visitor> void for_each_origin(Visitor&& visit) const {
    for (const auto& [origin, known] : origins_) visit(origin, known.seen_s);
  }
  void note_seen(std::uint64_t origin, std::int64_t seen_s);
  /// Of origins of which no time is known.
  void note_unknown_seen(std::int64_t seen_s);
  /// Number of ranges over all origins: what this costs.
  auto size() const -> std::size_t;

private:
  struct known_origin {
    interval_set<closed_ends> ids; ///< sequences come from outside: the largest may be one
    std::int64_t seen_s = 0;
  };
  std::map<std::uint64_t, known_origin> origins_;
};

} // namespace weir
