/// A set of chunk ids kept as ranges per origin: gapless sequences compress to a handful.
#pragma once

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
  void insert(const chunk_id& id) { insert(id.origin, id.sequence, id.sequence); }
  /// Adds first..last of an origin, both included.
  void insert(std::uint64_t origin, std::uint64_t first, std::uint64_t last);
  void insert(const id_range& r) { insert(r.origin, r.first, r.last); }
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
      for (const auto& [first, last] : known) visit(id_range{origin, first, last});
  }
  /// Number of ranges over all origins: what this costs.
  auto size() const -> std::size_t;

private:
  using ranges = std::map<std::uint64_t, std::uint64_t>; // first -> last, disjoint and not adjacent
  std::map<std::uint64_t, ranges> origins_;
};

} // namespace weir
