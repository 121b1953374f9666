/// What of a chunk somebody wants who takes certain tags only.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/event/tag_pattern.hpp"

namespace weir {

/// The chunk with the sections that match, their cuts and their part of the body; the chunk itself if all do. It is the
/// same chunk, with the same id and all its position ranges, also if nothing is left: whoever gets it has to know that
/// there is nothing in them for him.
auto part_that_matches(chunk_ptr c, const tag_pattern& match) -> chunk_ptr;

} // namespace weir
