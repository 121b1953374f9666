/// What parts of a collector's streams are stored by every sink, as the settled floor of its chunks rises.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/flow/position_index.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace weir {

class settled_positions {
public:
  /// The chunk with this sequence covers these; in order of sequence. Window streams and local ones are left out:
  /// nobody reads them again.
  void add(std::uint64_t sequence, const std::vector<position_range>& positions);
  /// All chunks below are settled.
  void settle_below(std::uint64_t sequence);
  /// What became settled and was not taken before, up to `ranges_max` of it.
  auto take_news(std::size_t ranges_max) -> std::vector<position_range>;
  /// What its memory is counted in.
  auto stretches() const -> std::size_t { return waiting_.size(); }

private:
  /// No interval_set: they come in order, so that only the last one can grow, and are handed on as they are.
  using by_stream = std::map<std::string, std::vector<position_range>>;
  struct stretch {
    std::uint64_t last = 0; ///< of its sequences
    by_stream covers;
  };
  static void append(by_stream& to, const position_range& p);
  void add(std::deque<stretch>& to, stretch fresh) const;

  std::deque<stretch> waiting_;
  std::uint64_t span_ = 1; ///< how many sequences a stretch has
  by_stream news_;
  std::string taken_up_to_; ///< the stream: the next news are of those behind it, so that each has its turn
};

} // namespace weir
