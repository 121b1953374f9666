/// What operators of a collector hold, stream by stream. Of what was read only that is covered which lies before all that is
/// held, and events of what lies behind it wait: so an event and the lines that it is of are always in one chunk.
#pragma once

#include "actors/collectors/held_lane.hpp"
#include "actors/operators/holding_chain.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class held_streams {
public:
  /// So many streams may have something held at once; what is read of others is not held beyond their save point.
  static constexpr std::size_t streams_max = 1024;
  /// So many events of a stream, and bytes of them, may wait behind one that is held.
  static constexpr std::size_t waiting_max = 4096;
  static constexpr std::size_t waiting_bytes_max = std::size_t{1} << 20;

  using calls = held_calls;

  /// Each stream has a chain of its own, by `make`, as long as it holds something.
  held_streams(std::function<std::unique_ptr<holding_chain>()> make, calls then)
      : make_(std::move(make)), then_(std::move(then)) {}

  /// What comes next is of this stream; of an empty one: of streams that are one lane.
  void enter(std::string_view stream);
  void put(const event_view& event, const birth& born);
  /// For the end of the chains: the event goes on, now or when nothing before its end is held any more.
  void pass_on(const event_view& event);
  /// The source has read this of the stream. What is held of a stream that was not entered, or is over, is given up.
  void read(std::string_view stream, std::uint64_t begin, std::uint64_t end);
  /// Gives up what has been held for long enough.
  void flush(monotonic_time now);
  auto wake_at() const -> std::optional<monotonic_time>;

private:
  struct held_stream {
    std::string name;
    std::unique_ptr<holding_chain> chain;
    std::uint64_t from = 0; ///< read and not covered up to `end`, if is_open
    std::uint64_t end = 0;
    bool is_open = false;
    std::vector<waiting_event> waiting; ///< in the order in which they came out
    std::size_t waiting_bytes = 0;
  };

  auto add(std::string_view name) -> held_stream&;
  void enter_stream(std::string_view name);
  /// Its chain goes to another stream, unless it holds something.
  void let_go(held_stream& s);
  void flush(held_stream& s, monotonic_time now);
  void settle(held_stream& s);
  auto bound_of(const held_stream& s) const -> std::uint64_t;
  void release(held_stream& s, std::uint64_t bound);

  std::function<std::unique_ptr<holding_chain>()> make_;
  calls then_;
  std::map<std::string, held_stream, std::less<>> streams_;
  std::vector<std::unique_ptr<holding_chain>> idle_;
  held_stream* entered_ = nullptr;
  held_stream* active_ = nullptr; ///< whose chain is at work; null: the lane's
  std::optional<held_lane> lane_;
  bool is_in_lane_ = false;
};

} // namespace weir
