/// Trim: what of a chunk is new to somebody who knows parts of its collector's streams.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/flow/position_index.hpp"

#include <optional>
#include <span>
#include <vector>

namespace weir {

/// The events that are not known, in order, neither overlapping nor adjacent. An event is known if its position is, one
/// of several lines if all from its first to its last is; one without a position never is: whether it came before only
/// the chunk's id can tell. `regrouped` grows by those of which a part is known: their lines were joined otherwise before.
auto trim(const chunk& c, const position_index& known, std::uint64_t& regrouped) -> std::vector<index_range>;

inline auto trim(const chunk& c, const position_index& known) -> std::vector<index_range> {
  auto regrouped = std::uint64_t{0};
  return trim(c, known, regrouped);
}

/// All events of the chunk.
inline auto all_of(const chunk& c) -> std::optional<std::vector<index_range>> {
  return std::vector<index_range>{{0, c.count}};
}

/// Events that are in both; each in order. Lists and no interval_set: they are made in order, once, and walked through.
auto common(std::span<const index_range> a, std::span<const index_range> b) -> std::vector<index_range>;

/// Whether they are all events of the chunk.
auto is_whole(const chunk& c, std::span<const index_range> events) -> bool;

} // namespace weir
