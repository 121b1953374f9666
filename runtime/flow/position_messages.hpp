/// What a collector that starts asks those who may have chunks of an earlier one, and what they answer.
#pragma once

#include "runtime/event/chunk.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weir {

/// A collector that starts, to everybody who may have chunks of an earlier one: what do you durably have?
/// Whoever is asked takes nothing more from the earlier one, and answers when all that came is safe. Memory buffers
/// pass it on to who is behind them.
struct ask_positions {
  std::uint64_t question = 0; ///< random
  std::string source;         ///< whose streams, as in chunk::source
  std::string sender = {};    ///< the logical address of who asks: of its links
  bool is_passed_on = false;  ///< the links of `sender` have other collectors' chunks too, and stay
  bool is_urgent = false;     ///< clients wait: who would have to ask others says at once that it has nothing
};

/// The answer.
struct known_positions {
  std::uint64_t question = 0;
  std::string receiver; ///< logical address
  std::vector<position_range> positions;
  std::vector<position_range> partly = {}; ///< what only some of those behind a memory buffer have
};

} // namespace weir
