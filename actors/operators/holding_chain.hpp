/// A chain of operators some of which hold events: knows of each event that goes on which lines it is of, and of which line
/// the first is that is still held.
#pragma once

#include "actors/operators/operator.hpp"
#include "runtime/event/births.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace weir {

class holding_chain {
public:
  /// `end` lives longer.
  holding_chain(const std::vector<operator_plugin::factory>& operators, const plugin_context& context, event_output& end);
  ~holding_chain();

  /// An event that was born there enters.
  void put(const event_view& event, const birth& born);
  /// Gives up what has been held for long enough.
  void flush(monotonic_time now);
  auto wake_at() const -> std::optional<monotonic_time>;
  auto holds() const -> bool;
  /// The lowest position of what is held; nothing if none of it has one.
  auto held_from() const -> std::optional<std::uint64_t>;
  /// For `end`, while it is given an event: what lines that is of.
  auto current() const -> const event_span& { return current_; }

private:
  class stage;
  class passing_stage;
  class holding_stage;
  std::vector<std::unique_ptr<event_output>> stages_; ///< last to first
  std::vector<holding_stage*> holding_;               ///< first to last
  event_output* first_;
  event_span current_;
};

} // namespace weir
