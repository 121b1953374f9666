/// Which parts of source streams some chunks are about: what else touches them has to wait its turn.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/flow/position_index.hpp"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

class busy_ranges {
public:
  void add(const chunk& c);
  /// One that was added.
  void remove(const chunk& c);
  /// Whether a range of the chunk overlaps one of these. That a stream is over is about all of it.
  auto touches(const chunk& c) const -> bool;
  auto empty() const -> bool { return owners_.empty(); }

private:
  /// Of one stream, as they were added: each goes again by itself, so what an interval_set merges could not be taken out.
  using ranges = std::vector<position_range>;
  using streams = std::unordered_map<std::string, ranges>;
  std::map<std::string, streams> owners_;
};

} // namespace weir
