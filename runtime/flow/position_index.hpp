/// What parts of source streams a receiver has for good: what it tells a collector that starts anew.
#pragma once

#include "runtime/event/chunk.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

/// Streams whose name begins so are many and short-lived (a forward message each): of every collector the
/// latest are remembered, by each receiver window_streams_max.
inline constexpr char window_stream_mark = '~';
inline constexpr std::size_t window_streams_max = 16384;

class position_index {
public:
  /// `window_max`: how many window streams of a collector are remembered.
  explicit position_index(std::size_t window_max) : window_max_(window_max) {}
  position_index() : position_index(window_streams_max) {}

  /// `source`: the collector (chunk::source).
  void add(const std::string& source, const position_range& range);
  void add(const chunk& c) {
    for (const auto& p : c.positions) add(c.source, p);
  }
  /// Whether all of these, and at least one, are covered.
  auto covers(const std::string& source, std::span<const position_range> ranges) const -> bool;
  /// The covered parts of the range.
  auto common(const std::string& source, const position_range& range) const -> std::vector<position_range>;
  /// The covered part of the stream that has all of `range`; `range` itself if there is none.
  auto covering(const std::string& source, const position_range& range) const -> position_range;
  /// All that is covered of the collector's streams: by stream, in order, neither overlapping nor adjacent.
  auto of(const std::string& source) const -> std::vector<position_range>;
  /// Every range of every collector; window streams in the order in which they came.
  void for_each(const std::function<void(const std::string& source, const position_range&)>& visit) const;
  auto streams() const -> std::size_t;

private:
  using intervals = std::map<std::uint64_t, std::uint64_t>; ///< begin -> end
  struct collector_streams {
    std::unordered_map<std::string, intervals> streams;
    std::deque<std::string> window; ///< names of window streams, oldest first
  };
  std::size_t window_max_;
  std::map<std::string, collector_streams> sources_;
};

} // namespace weir
