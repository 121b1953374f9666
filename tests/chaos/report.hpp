/// What is printed about rounds.
#pragma once

#include "tests/chaos/round.hpp"

namespace weir::chaos {

/// Adds a round to a sum of rounds.
void add_round(round_outcome& sum, const round_outcome& round);
/// The table.
void print_outcome(const round_outcome& sum, std::uint64_t rounds);
/// What is wrong with a round and where to look; nothing if it is clean.
void print_problems(const round_outcome& round, const std::string& folder);

} // namespace weir::chaos
