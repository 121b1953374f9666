/// What a collector that starts asks those who may have chunks of an earlier one, and what they answer.
#pragma once

#include "runtime/event/chunk.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weir {

/// A collector that starts, to everybody who may have chunks of an earlier one: what do you durably have? What is
/// under way meanwhile is read again, and stores know it again. Memory buffers pass the question on to who is behind
/// them.
struct ask_positions {
  std::uint64_t question = 0; ///< random
  std::string source;         ///< whose streams, as in chunk::source
};

/// The answer.
struct known_positions {
  std::uint64_t question = 0;
  std::string receiver; ///< logical address
  std::vector<position_range> positions;
  std::vector<position_range> settled = {};   ///< what every sink has, as earlier chunks said
  std::vector<position_range> elsewhere = {}; ///< what is not safe yet, or only with some of those behind
};

} // namespace weir
