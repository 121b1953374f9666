/// Dead letters of what a store does not take: which event of which chunk it was.
#pragma once

#include "actors/sinks/store.hpp"
#include "runtime/dead_letter/dead_letter.hpp"

#include <vector>

namespace weir {

/// One for each event that was refused: with tag, bytes and place, the rest is for the caller to fill in.
/// A store that does not say which events it refused gets none.
auto letters_of(const refusal& refused, const commit_batch& batch) -> std::vector<dead_letter>;

/// One for each event that the batch is about.
auto all_letters_of(const commit_batch& batch) -> std::vector<dead_letter>;

} // namespace weir
