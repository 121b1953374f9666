/// What of a chunk somebody wants who takes certain tags only, or has some of it.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/event/tag_pattern.hpp"

#include <span>
#include <vector>

namespace weir {

/// The chunk with the sections that match, their cuts and their part of the body; the chunk itself if all do. It is the
/// same chunk, with the same id and all its position ranges, also if nothing is left: whoever gets it has to know that
/// there is nothing in them for him.
auto part_that_matches(chunk_ptr c, const tag_pattern& match) -> chunk_ptr;

/// The chunk with these events, by number, in order and apart from each other, and with these positions: parts of its own, in
/// which they lie. Of the same id.
auto part_of_events(const chunk_ptr& c, std::span<const index_range> wanted, std::vector<position_range> positions) -> chunk_ptr;

} // namespace weir
