#include "topology/process_needs.hpp"

#include "runtime/log/chunk_log.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Standard streams, signals, pollers, the actor system, the control socket with some clients, and what a
/// library opens for a moment.
constexpr auto process_descriptors = std::size_t{28};
/// The connection both ways, and the next while the last one ends.
constexpr auto node_descriptors = std::size_t{3};
/// That are not in the file, as far as the plan knows.
constexpr auto joining_nodes = std::size_t{16};
constexpr auto strangers_min = std::size_t{8};
constexpr auto strangers_max = std::size_t{256};

/// The main one, those of the actor system, the poller, status, the log.
constexpr auto process_threads = std::size_t{12};

auto need_of(const component_plan& c) -> descriptor_need {
  if (const auto* details = std::get_if<aggregator_plan>(&c.details))
    return {details->buffer.type == buffer_type::disk ? details->instances * chunk_log_descriptors : 0};
  if (c.in == tier::sink) {
    const auto* known = plugin_registry<store>::find(c.type);
    auto need = known == nullptr ? descriptor_need{} : known->descriptors(c.written);
    need.held *= std::get<sink_plan>(c.details).writers; // a store each
    return need;
  }
  if (!c.letters_of.empty()) return {2, true}; // follows a file
  const auto* known = plugin_registry<source>::find(c.type);
  return known == nullptr ? descriptor_need{} : known->descriptors(c.written);
}

auto threads_of(const component_plan& c) -> std::size_t {
  if (const auto* sink = std::get_if<sink_plan>(&c.details)) return sink->writers;
  const auto* details = std::get_if<aggregator_plan>(&c.details);
  if (details == nullptr) return 1;
  if (details->buffer.type == buffer_type::disk) return 2 * details->instances;
  return may_have_dead_letters(c) ? details->instances : 0;
}

} // namespace

auto descriptors_of(const topology_plan& plan, const std::vector<const component_plan*>& hosted,
                    std::size_t limit) -> descriptor_plan {
  auto made = descriptor_plan{limit, process_descriptors, 0};
  for (const auto* c : hosted) {
    const auto need = need_of(*c);
    made.reserved += need.held + (c->dead_letter.empty() ? 0 : 1);
    made.sharers += need.shares ? 1 : 0;
  }
  const auto nodes = plan.nodes.size() + (plan.joining.is_open() ? joining_nodes : 0);
  made.reserved += hosted.size() / 16 + nodes * node_descriptors;
  if (nodes > 0) made.reserved += strangers_min;
  return made;
}

auto strangers_of(std::size_t limit) -> std::size_t { return std::clamp(limit / 16, strangers_min, strangers_max); }

auto threads_of(const topology_plan& plan, const std::vector<const component_plan*>& hosted) -> std::size_t {
  auto count = process_threads + plan.nodes.size();
  for (const auto* c : hosted) count += threads_of(*c);
  return count;
}

auto lack_of_descriptors(const descriptor_plan& descriptors) -> std::string {
  if (descriptors.is_enough()) return {};
  return "the limit of open files (ulimit -n) is " + std::to_string(descriptors.limit)
         + ", this topology needs at least " + std::to_string(descriptors.least());
}

} // namespace weir
