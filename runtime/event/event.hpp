/// One event as operators and sinks see it, and the interface events flow into.
#pragma once

#include "runtime/os/clock.hpp"

#include <cstdint>
#include <string_view>

namespace weir {

/// Borrowed: valid until the call that received it returns.
struct event_view {
  std::string_view tag;
  std::int64_t time_ns = 0; ///< since the epoch, UTC
  std::string_view record;  ///< exactly one msgpack map
  /// The time is merely that of the clock when the event was read; who gives the event another one clears it.
  bool is_timed_at_reading = false;

  /// The event with another record.
  auto with(std::string_view other) const -> event_view { return {tag, time_ns, other, is_timed_at_reading}; }
};

struct unread_time; // runtime/parser/parser.hpp

/// Takes events one at a time: the next operator, or the batch under construction.
class event_output {
public:
  virtual ~event_output() = default;
  virtual void put(const event_view& event) = 0;
  /// Counts `events` that end here on purpose; `reason` is a static word such as "filtered".
  virtual void drop(std::string_view reason, std::uint64_t events = 1) = 0;
  /// Counts an event that did not parse and goes on as it was.
  virtual void note_unparsed() {}
  /// Counts an event that goes on with another time than its own.
  virtual void note_unread_time(const unread_time& /*problem*/) {}
  /// Asks whoever reads the source not to read on before then; what it has read passes.
  virtual void rest_until(monotonic_time /*then*/) {}
  /// Counts what is worth knowing of an event that is in the accounts all the same; `what` is a static phrase.
  virtual void note(std::string_view /*what*/) {}
  /// Takes an event that must have parsed and did not, as it came.
  virtual void dead_letter(const event_view& /*event*/, std::string_view /*reason*/) { drop("unparsed"); }
};

} // namespace weir
