/// The plug-in interface of operators: events in, events out.
#pragma once

#include "actors/plugin.hpp"
#include "runtime/event/event.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <optional>

namespace weir {

/// Lives in a collector, an aggregator or a sink writer; keeps scratch memory, so calls come from one thread at a time.
class event_operator {
public:
  virtual ~event_operator() = default;
  /// Puts what becomes of `in` into `out`: nothing (with a drop), one event or, if the class says so by a
  /// `static constexpr bool makes_several = true`, several; such stand at collectors only. Whoever keeps the time of `in`
  /// keeps its mark (is_timed_at_reading), too: event_view::with().
  /// What it does with one event must not depend on others, as behind a buffer one may come again after them; a class
  /// that says `static constexpr bool remembers = true` stands at collectors only.
  virtual void apply(const event_view& in, event_output& out) = 0;
};

/// Takes also what an operator makes of several events. Each event has a number, in the order of apply(), from 0 on.
class joining_output : public event_output {
public:
  /// An event made of those from number `first` to `last`, maybe without some between; put() is of the latest alone. It is
  /// timed at reading if the one is whose time it has.
  virtual void put_joined(const event_view& event, std::uint64_t first, std::uint64_t last) = 0;
};

/// Keeps events back, as for joining the lines of one message; says so by `static constexpr bool holds_events = true`,
/// and stands at collectors only. What it holds is not covered: a source that dies reads it again. It is given the
/// events of one stream at a time, and those of another one when it holds nothing.
class holding_operator : public event_operator {
public:
  virtual void apply(const event_view& in, std::uint64_t number, joining_output& out) = 0;
  /// The number of the first event of which something is held.
  virtual auto held_since() const -> std::optional<std::uint64_t> = 0;
  /// Puts what has been held for long enough; of monotonic_time::max() all.
  virtual void flush(monotonic_time now, joining_output& out) = 0;
  /// When there is something to flush.
  virtual auto wake_at() const -> std::optional<monotonic_time> = 0;

  void apply(const event_view& in, event_output& out) final { out.put(in); } // has no numbers: nothing is held
};

using operator_plugin = plugin<event_operator>;
template <class T> using register_operator = register_plugin<event_operator, T>;

} // namespace weir
