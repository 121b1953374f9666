#include "actors/sinks/sink.hpp"
#include "topology/builder/building.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto sink_window_bytes = std::uint64_t{8} << 20;

/// Whether all that send to `c` have chunk logs.
auto senders_keep(const building& b, const component_plan& c) -> bool {
  return std::all_of(c.from.begin(), c.from.end(), [&](const auto& name) {
    const auto* from = std::get_if<aggregator_plan>(&b.plan.find(name)->details);
    return from != nullptr && from->buffer.type == buffer_type::disk;
  });
}

} // namespace

auto build_sink(const building& b, const component_plan& c, child_spec& as) -> child_maker {
  const auto& address = as.address;
  const auto& details = std::get<sink_plan>(c.details);
  auto settings = sink_settings{};
  auto& decides = settings.decides;
  decides.address = address;
  decides.retry = {details.retry.first, details.retry.max};
  decides.give_up_after = details.retry.give_up_after;
  decides.local_senders = local_senders_of(b, c);
  decides.remember = b.plan.keep.streams;
  decides.senders_keep = senders_keep(b, c);
  decides.once = b.context.once;
  decides.writers = details.writers;
  decides.batch.bytes_max = static_cast<std::size_t>(details.batch.max_size.value);
  if (details.batch.max_events > 0) decides.batch.events_max = details.batch.max_events;
  decides.expires_every = details.expires_every;
  decides.fill_delay = details.batch.max_delay;
  settings.writes.does = {address, context_of(b, c), details.make_store, details.match, {}, details.process.operators};
  for (std::uint32_t i = 0; i < details.writers; ++i)
    settings.letters.push_back(std::make_shared<letter_box>(letter_box_of(b, c, address)));
  auto& gate = b.context.kept->gates[address];
  if (!gate) gate = std::make_shared<store_gate>();
  settings.writes.gate = gate;
  auto window = inlet_settings{};
  // What each writer commits, and what it will commit next.
  window.capacity_bytes = std::max(sink_window_bytes, 2 * details.writers * details.batch.max_size.value);
  auto& core = b.context.kept->sinks[address];
  if (!core) core = std::make_shared<sink_core>(window, details.match, details.writers);
  as.board = core->board;
  return [settings, core, window, match = details.match](caf::local_actor& by, const parent_handle& parent) -> caf::actor {
    core->revise(window, match, settings.decides.writers);
    return by.spawn<sink>(settings, core, parent);
  };
}

auto sink_change_of(const building& b, const component_plan& c) -> caf::message {
  return caf::make_message(std::make_shared<sink_change>(sink_change{local_senders_of(b, c), senders_keep(b, c)}));
}

} // namespace weir
