/// What becomes of events on their way through a topology, worked out at once: no actor, no network, no store.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/measure/bounded_counts.hpp"
#include "topology/plan.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

struct rehearsed_event {
  std::string_view tag;
  std::int64_t time_ns = 0;
  std::string_view record;
};

/// Events go through the same parsers, operators, labels and matches as in a node.
class rehearsal {
public:
  /// Called for each event that leaves a component; of a sink, that it would store.
  using visitor = std::function<void(const component_plan&, const rehearsed_event&)>;

  /// The plan, the clock and what `visit` uses outlive it.
  rehearsal(const topology_plan& plan, std::string node, const clock& now, visitor visit);
  ~rehearsal();

  /// What the source of a collector gives: a line under a tag, or an event.
  void put_line(const component_plan& collector, std::string_view tag, std::string_view line);
  void put_event(const component_plan& collector, const rehearsed_event& event);
  /// What comes to an aggregator or a sink.
  void arrive(const component_plan& at, const rehearsed_event& event);
  /// Passes on what was put.
  void pass_on();
  /// Also what is held.
  void finish();

  /// What did not go on, by component and reason.
  auto losses() const -> const std::map<std::string, bounded_counts>& { return losses_; }

private:
  class entrance;
  class passage;
  auto entrance_of(const component_plan& collector) -> entrance&;
  auto passage_of(const component_plan& at) -> passage&;
  void arrive(const component_plan& at, const chunk_ptr& c);
  void leave(const component_plan& from, const chunk_ptr& c);
  void store(const component_plan& sink, const chunk& c);
  void show(const component_plan& from, std::string_view tag, std::string_view entries);

  const topology_plan& plan_;
  std::string node_;
  const clock& now_;
  visitor visit_;
  std::map<std::string, std::unique_ptr<entrance>> entrances_;
  std::map<std::string, std::unique_ptr<passage>> passages_;
  std::map<std::string, bounded_counts> losses_;
};

} // namespace weir
