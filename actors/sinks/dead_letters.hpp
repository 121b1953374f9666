/// Dead letters of what a store does not take: which event of which chunk it was.
#pragma once

#include "actors/sinks/sink_jobs.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/dead_letter/dead_letter.hpp"

#include <span>
#include <vector>

namespace weir {

struct set_aside {
  std::vector<dead_letter> letters; ///< without when and from whom
  std::vector<dropped_events> counts;
};

/// A letter for each event that was refused, and how many there are by reason and tag. What is damaged is one
/// letter up to the end of its section.
auto set_aside_of(const commit_batch& batch, std::span<const refusal> refused) -> set_aside;

/// All that the batch is about, refused for one reason.
auto refuse_all(const commit_batch& batch, const std::string& reason) -> std::vector<refusal>;

} // namespace weir
