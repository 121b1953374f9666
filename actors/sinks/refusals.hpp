/// How stores note events that they will never take.
#pragma once

#include "actors/sinks/store.hpp"

namespace weir {

/// Adds to the refusal of this reason and tag. `entries`: the events' bytes as they came.
inline void refuse(committed& done, std::string_view reason, std::string_view tag, std::string_view entries,
                   std::uint64_t events) {
  if (events == 0) return;
  const auto is_it = [&](const refusal& r) { return r.tag == tag && r.reason == reason; };
  // Mostly it goes on where it stopped.
  auto at = done.refused.rbegin();
  while (at != done.refused.rend() && !is_it(*at)) ++at;
  if (at == done.refused.rend()) {
    done.refused.push_back({std::string{reason}, 0, std::string{tag}, {}});
    at = done.refused.rbegin();
  }
  at->events += events;
  at->entries += entries;
}

} // namespace weir
