/// What a sink has received and not committed, and its accounts; outlives its actor.
#pragma once

#include "actors/sinks/sink_jobs.hpp"
#include "actors/sinks/sink_queue.hpp"
#include "runtime/event/tag_pattern.hpp"
#include "runtime/flow/inlet.hpp"
#include "runtime/measure/actor_board.hpp"
#include "runtime/measure/bounded_counts.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weir {

struct sink_core {
  sink_core(inlet_settings window, tag_pattern wanted, std::size_t writers = 1)
      : in(window), match(std::move(wanted)), queue(writers) {}

  /// Other settings, for the sink after the one that had it. What is held is held.
  void revise(inlet_settings window, tag_pattern wanted, std::size_t writers);
  void take(const chunk_ptr& c, monotonic_time now = {});
  /// The writer is done with what it has.
  void settle(std::size_t writer, const job_outcome& done);
  /// On its board, with this state of its actor.
  void show(const char* state);
  /// Empty: all goes well again.
  void note_error(const std::string& what, std::int64_t now_ns);

  const std::shared_ptr<actor_board> board = std::make_shared<actor_board>(sink_measures);
  inlet in;
  tag_pattern match; ///< only what it accepts counts
  sink_queue queue;
  std::uint64_t events_held = 0; ///< that wait, or that a writer has
  std::uint64_t events_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t taken = 0; ///< chunks, ever
  std::uint64_t events_stored = 0;
  std::int64_t forgotten_id_s = 0;   ///< as committed::forgotten_id_s, the latest
  std::uint64_t events_repeated = 0; ///< that the store had already: they count neither as in nor as out
  std::uint64_t bytes_stored = 0;
  bounded_counts dropped;      ///< by reason
  bounded_counts dead_letters; ///< by tag; part of dropped
  bounded_counts noted;        ///< as in an observation
  std::uint64_t unparsed = 0;  ///< by its operators: went on as they were
  histogram commit_ns;
  histogram arrival_ns;
  histogram stored_ns;
  std::uint64_t busy_ns = 0;   ///< of its writers, together
  std::uint64_t retries = 0;
  std::string paused_by;       ///< who wants nothing to be stored for now; empty: nobody
  std::string last_error;      ///< since the last commit; none: empty
  std::int64_t last_error_ns = 0;
};

} // namespace weir
