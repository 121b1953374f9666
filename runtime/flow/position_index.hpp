/// What parts of source streams a receiver has for good: what it tells a collector that starts anew.
#pragma once

#include "runtime/base/interval_set.hpp"
#include "runtime/event/chunk.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir {

/// Streams whose name begins so are many and short-lived (a forward message each): of every collector the
/// latest are remembered, by each receiver window_streams_max.
inline constexpr char window_stream_mark = '~';
inline constexpr std::size_t window_streams_max = 16384;

/// Those whose second character is this have names that are unique by themselves (random ids of clients): they belong to
/// no collector, so that what a client sends again to another one is known, too.
inline constexpr char shared_stream_mark = '*';

inline auto is_window_stream(std::string_view stream) -> bool { return stream.starts_with(window_stream_mark); }

/// Whose the stream is among those of this collector: the source, or nobody's.
inline auto owner_of(const std::string& source, std::string_view stream) -> const std::string& {
  static const auto nobody = std::string{};
  return is_window_stream(stream) && stream.size() > 1 && stream[1] == shared_stream_mark ? nobody : source;
}

/// What somebody has of a collector's streams.
struct stream_knowledge {
  std::vector<position_range> positions;
  std::vector<position_range> settled;   ///< what every sink has, as the collector's chunks said
  std::vector<position_range> elsewhere; ///< what it has and may lose yet: the streams are known by that
};

class position_index {
public:
  /// `window_max`: how many window streams of a collector are remembered, and four times as many that are nobody's;
  /// `ended_max`: how many that are over: what was read of them twice may be on its way still.
  explicit position_index(std::size_t window_max, std::size_t ended_max = 0)
      : window_max_(window_max), ended_max_(ended_max) {}
  position_index() : position_index(window_streams_max) {}

  /// `source`: the collector (chunk::source). `now_s`: when a stream is over, since when.
  void add(const std::string& source, const position_range& range, std::int64_t now_s = 0);
  void add(const chunk& c) {
    for (const auto& p : c.positions) add(c.source, p);
  }
  /// Whether all of these, and at least one, are covered.
  auto covers(const std::string& source, std::span<const position_range> ranges) const -> bool;
  /// Whether a part of the range is covered.
  auto touches(const std::string& source, const position_range& range) const -> bool;
  /// The covered parts of the range.
  auto common(const std::string& source, const position_range& range) const -> std::vector<position_range>;
  /// The covered part of the stream that has all of `range`; `range` itself if there is none.
  auto covering(const std::string& source, const position_range& range) const -> position_range;
  /// All that is covered of the collector's streams that are not over: by stream, in order, neither overlapping nor
  /// adjacent.
  auto of(const std::string& source) const -> std::vector<position_range>;
  /// Every range of every collector, and a range up to end_of_stream behind those of a stream that is over; these and
  /// window streams in the order in which they came.
  void for_each(const std::function<void(const std::string& source, const position_range&)>& visit) const;
  /// The streams that are over, in the order in which they came to be, with the second of the wall clock.
  void for_each_ended(
      const std::function<void(const std::string& source, const std::string& stream, std::int64_t since_s)>& visit) const;
  /// Those that are over since before then.
  void forget_ended(std::int64_t before_s);
  auto streams() const -> std::size_t;

private:
  using intervals = interval_set<half_open_ends>;
  auto find(const std::string& source, const std::string& stream) const -> const intervals*;
  struct known_stream {
    intervals covered;
    bool is_over = false;
  };
  struct collector_streams {
    std::unordered_map<std::string, known_stream> streams;
    std::deque<std::string> window; ///< names of window streams, oldest first
    std::deque<std::pair<std::string, std::int64_t>> ended; ///< of those that are over, and since when
  };
  void end(collector_streams& of, const std::string& stream, std::int64_t now_s);
  auto shared_max() const -> std::size_t { return window_max_ > SIZE_MAX / 4 ? window_max_ : 4 * window_max_; }
  std::size_t window_max_;
  std::size_t ended_max_;
  std::map<std::string, collector_streams> sources_;
};

} // namespace weir
