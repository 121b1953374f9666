#include "runtime/measure/observation.hpp"

namespace weir {

auto measures_of(std::string_view tier) -> measure_table {
  if (tier == "sink") return sink_measures;
  return tier == "collector" ? measure_table{collector_measures} : measure_table{aggregator_measures};
}

auto find_measure(std::string_view name) -> const actor_measure* {
  for (const auto* tier : {"collector", "source_aggregator", "sink"})
    for (const auto& m : measures_of(tier))
      if (m.name == name) return &m;
  return nullptr;
}

auto is_balanced(const observation& o) -> bool {
  auto came = std::uint64_t{0};
  auto gone = std::uint64_t{0};
  const auto count = [&](account_side side, std::uint64_t events) {
    if (side == account_side::came) came += events;
    if (side == account_side::gone) gone += events;
  };
  for (const auto& m : measures_of(o.tier))
    if (m.value != nullptr) count(m.side, o.*m.value);
  for (const auto& c : counts_measures)
    for (const auto& [name, events] : o.*c.counts) count(c.side, events);
  return came == gone;
}

} // namespace weir
