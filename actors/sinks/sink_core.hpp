/// What a sink has received and not committed, and its accounts; outlives its actor.
#pragma once

#include "actors/sinks/sink_jobs.hpp"
#include "runtime/event/tag_pattern.hpp"
#include "runtime/flow/inlet.hpp"
#include "runtime/measure/bounded_counts.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace weir {

struct sink_core {
  sink_core(inlet_settings window, tag_pattern wanted) : in(window), match(std::move(wanted)) {}

  void take(const chunk_ptr& c);
  /// The oldest chunks: up to about `bytes_max` together and no more than `chunks_max`.
  auto next_group(std::size_t bytes_max, std::size_t chunks_max) const -> std::vector<chunk_ptr>;
  /// The writer is done with the first `chunks` of ready.
  void settle(std::size_t chunks, const job_outcome& done);
  /// Empty: all goes well again.
  void note_error(const std::string& what, std::int64_t now_ns);

  struct item {
    chunk_ptr content;
    std::uint64_t events = 0; ///< that `match` accepts; only these count
  };

  inlet in;
  tag_pattern match;
  std::deque<item> ready;
  std::uint64_t ready_events = 0;
  std::uint64_t events_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t taken = 0; ///< chunks, ever
  std::uint64_t events_stored = 0;
  std::uint64_t events_repeated = 0; ///< that the store had already: they count neither as in nor as out
  std::uint64_t bytes_stored = 0;
  bounded_counts dropped;      ///< by reason
  bounded_counts dead_letters; ///< by tag; part of dropped
  process_tally processed;     ///< by its operators; what they dropped is part of dropped
  std::string last_error;      ///< since the last commit; none: empty
  std::int64_t last_error_ns = 0;
};

} // namespace weir
