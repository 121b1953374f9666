/// A set of chunk ids kept as ranges per origin: gapless sequences compress to a handful.
#pragma once

#include "runtime/event/chunk.hpp"

#include <map>

namespace weir {

class id_ranges {
public:
  auto contains(const chunk_id& id) const -> bool;
  void insert(const chunk_id& id) { insert(id.origin, id.sequence, id.sequence); }
  /// Adds first..last of an origin, both included.
  void insert(std::uint64_t origin, std::uint64_t first, std::uint64_t last);
  /// visit(origin, first, last) for every range, in order.
  template <class Visitor> void for_each(Visitor&& visit) const {
    for (const auto& [origin, known] : origins_)
      for (const auto& [first, last] : known) visit(origin, first, last);
  }
  /// Number of ranges over all origins: what this costs.
  auto size() const -> std::size_t;

private:
  using ranges = std::map<std::uint64_t, std::uint64_t>; // first -> last, disjoint and not adjacent
  std::map<std::uint64_t, ranges> origins_;
};

} // namespace weir
