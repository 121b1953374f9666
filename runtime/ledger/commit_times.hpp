/// When what was committed: ranges of streams and of chunks' ids, each with the second of its commit; the newest so many.
#pragma once

#include "runtime/event/chunk.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir {

struct commit_time {
  std::string source; ///< chunk::source; empty: the stream is one of stream_of_origin()
  std::string stream;
  std::uint64_t first = 0;
  std::uint64_t end = 0; ///< what lies between them was committed then, but for what another one says that is shorter
  std::int64_t at_s = 0; ///< of the wall clock
  auto operator==(const commit_time&) const -> bool = default;
};

/// What the chunks of an origin are among these: positions in it are their sequences.
auto stream_of_origin(std::uint64_t origin) -> std::string;

/// What a chunk is known by: its id, and its positions but for clients' ids.
auto times_of(const chunk& c, std::int64_t at_s) -> std::vector<commit_time>;

/// Which of these tells most surely of a position that `has` says it has: the shortest, and of those the earliest.
template <class All, class Has> auto surest_of(const All& all, Has&& has) -> const commit_time* {
  const commit_time* best = nullptr;
  for (const auto& t : all) {
    if (!has(t)) continue;
    const auto is_shorter = best == nullptr || t.end - t.first < best->end - best->first;
    if (is_shorter || (t.end - t.first == best->end - best->first && t.at_s < best->at_s)) best = &t;
  }
  return best;
}

class commit_times {
public:
  explicit commit_times(std::size_t most) : most_(most) {}

  /// Of one stream and second they become one, if it begins no earlier. Returns what it became.
  auto add(commit_time one) -> const commit_time&;
  auto all() const -> const std::deque<commit_time>& { return all_; }

private:
  std::size_t most_;
  std::deque<commit_time> all_; ///< the oldest first
};

} // namespace weir
