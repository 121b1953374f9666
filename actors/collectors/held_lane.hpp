/// What operators hold of a source whose streams are as short as its messages: an event may be made of lines of several.
/// Ranges are covered in the order in which they were read, none before all that is held of it or of one before it has gone on.
#pragma once

#include "actors/operators/holding_chain.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// What is to be done with what goes on, and with what is covered by that.
struct held_calls {
  std::function<void(const event_view&, const event_span&)> put;
  std::function<void(const std::string& stream, std::uint64_t begin, std::uint64_t end)> cover;
};

/// An event that waits for what was read before it.
struct waiting_event {
  std::string tag;
  std::int64_t time_ns = 0;
  std::string record;
  event_span lines;
  bool is_timed_at_reading = false;
};

/// An event is of the range of its first line, and born there: if some of its ranges are safe and others not, a line comes
/// again, and none is lost.
class held_lane {
public:
  /// So many ranges, events and bytes of them may wait.
  static constexpr std::size_t waiting_max = 4096;
  static constexpr std::size_t waiting_bytes_max = std::size_t{1} << 20;

  /// `then` lives longer.
  held_lane(std::unique_ptr<holding_chain> chain, const held_calls& then) : chain_(std::move(chain)), then_(&then) {}

  void put(const event_view& event, const birth& born);
  /// For the end of the chain.
  void pass_on(const event_view& event);
  /// What was put since the last call is all that this range has.
  void read(std::string_view stream, std::uint64_t begin, std::uint64_t end);
  /// Gives up what has been held for long enough.
  void flush(monotonic_time now);
  auto wake_at() const -> std::optional<monotonic_time> { return chain_->wake_at(); }

private:
  struct read_range {
    std::string stream;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t last = 0; ///< the number behind its last event
    std::vector<waiting_event> waiting;
  };
  /// Events are numbered; the chain takes the number for a position.
  auto waiting_of(std::uint64_t number) -> std::vector<waiting_event>&;
  void settle();
  void release(std::vector<waiting_event>& waiting);

  std::unique_ptr<holding_chain> chain_;
  const held_calls* then_;
  std::deque<birth> births_; ///< of the events from number first_ on
  std::uint64_t first_ = 0;
  std::uint64_t next_ = 0;
  std::deque<read_range> ranges_;     ///< that are not covered
  std::vector<waiting_event> waiting_; ///< of the range that is being read
  std::size_t waiting_bytes_ = 0;
};

} // namespace weir
