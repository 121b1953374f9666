/// How a sink commits, as written: how many writers, and what one commit takes.
#pragma once

#include "topology/plan.hpp"

namespace weir {

/// What is absent follows from the store.
struct commit_spec {
  std::optional<byte_count> max_size;
  std::uint64_t max_events = 0;
  duration max_delay{0};
};

template <class Visitor> void describe(Visitor& v, commit_spec& s) {
  v.field("max_size", s.max_size,
          "The most that one commit takes, unless one chunk is larger. "
          "Default: what suits the store, 4MiB for those that come along.");
  v.field("max_events", s.max_events, "The same in events; 0: any number.");
  v.field("max_delay", s.max_delay,
          "How long a chunk waits for others to be committed along with it, if there is less than that. 0s: it does "
          "not, as a writer that is free takes what there is.");
}
void validate(const commit_spec& spec, config::settings_reader& reader);

/// "auto" is as many as the store can stand, within a bound.
auto parse_writers(std::string_view text, std::uint32_t store_max) -> result<std::uint32_t>;

} // namespace weir
