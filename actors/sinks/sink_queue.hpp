/// What waits for the writers of a sink, and what each of them has: hands out groups that may be committed at once.
//
// A group is of the oldest chunks. Two writers never have chunks that touch the same part of a source stream, and of
// those that do the older one goes first. What a writer could not commit comes back to its old place, for whoever asks
// next. Of a group that was rejected the halves go on their own, so that one bad chunk among n costs log2(n) commits;
// the groups behind it grow again by doubling.
#pragma once

#include "actors/sinks/busy_ranges.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

class sink_queue {
public:
  /// Of chunks that were committed together, and one of which is rejected; or that are given up.
  struct verdict {
    std::size_t chunks = 0;            ///< that it is about still; 0: it is out of date
    std::optional<std::string> reason; ///< to give them up
    std::optional<std::size_t> writer; ///< the only one: it has stored a part of the chunk perhaps
  };
  struct item {
    chunk_ptr content;
    std::uint64_t events = 0; ///< that the sink's `match` accepts
    std::uint64_t number = 0; ///< in the order in which they came, from 1
    monotonic_time since{};
    std::optional<monotonic_time> failing_since = {}; ///< commits that it was part of
    std::shared_ptr<verdict> judged = {};
  };
  /// What one commit takes at most, if it takes more than one chunk.
  struct bounds {
    std::size_t bytes_max = SIZE_MAX;
    std::uint64_t events_max = UINT64_MAX;
    std::size_t chunks_max = SIZE_MAX;
  };

  explicit sink_queue(std::size_t writers) : under_way_(writers) {}
  /// What it has of the collector's streams, whether or not a writer has it.
  auto positions_of(const std::string& source) const -> std::vector<position_range>;

  void push(item i);
  /// Whether take() has something for this writer, which has nothing now.
  auto has_some(std::size_t writer) const -> bool { return !choose(writer, {.chunks_max = 1}).empty(); }
  /// Hands out the next group; what is one_suspect() or given up is alone.
  auto take(std::size_t writer, const bounds& most) -> const std::vector<item>&;
  auto with(std::size_t writer) const -> const std::vector<item>& { return under_way_[writer]; }

  /// The writer is done with its group.
  auto finish(std::size_t writer) -> std::vector<item>;
  /// It could not commit it: it comes back as it was.
  void give_back(std::size_t writer);
  /// It is rejected for what is in it.
  void reject(std::size_t writer);
  /// It comes back to be given up.
  void give_up(std::size_t writer, const std::string& reason);
  /// Since when commits of something in the group fail, this one included.
  auto fails(std::size_t writer, monotonic_time now) -> monotonic_time;
  /// There are other writers from now on.
  void begin_again() { begin_again(under_way_.size()); }
  void begin_again(std::size_t writers);

  auto empty() const -> bool { return waiting_.empty(); }
  auto size() const -> std::size_t { return waiting_.size(); }
  auto waiting_bytes() const -> std::size_t { return bytes_; }
  auto waiting_events() const -> std::uint64_t { return events_; }
  /// Of those that wait; there must be some.
  auto front() const -> const item& { return waiting_.front(); }
  /// Of all; null: there are none.
  auto oldest() const -> const item*;

private:
  auto choose(std::size_t writer, const bounds& most) const -> std::vector<std::size_t>;
  auto chunks_max_of(const item& first) const -> std::size_t;
  void put_back(std::vector<item> items);

  std::deque<item> waiting_;                 ///< in the order of their numbers
  std::vector<std::vector<item>> under_way_; ///< by writer
  busy_ranges busy_;                         ///< what they are about, if there are several
  std::size_t bytes_ = 0;                    ///< of those that wait
  std::uint64_t events_ = 0;
  std::size_t chunks_max_ = SIZE_MAX;        ///< of a group that nothing is known of
};

/// It is known which chunk it is: what of it is rejected is to be found.
auto is_one_suspect(const sink_queue::item& i) -> bool;
auto is_given_up(const sink_queue::item& i) -> bool;

} // namespace weir
