/// What a sink has its writer do, one job after the other, and what comes of it.
#pragma once

#include "actors/operators/process_tally.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/base/result.hpp"
#include "runtime/dead_letter/letter_box.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/position_index.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weir {

/// Connects, opens, creates; so does every other job if that was not done yet.
struct open_job {};

struct commit_job {
  enum class way {
    all,              ///< all of them or nothing
    without_rejected, ///< of one chunk all events but those that the store rejects; they become dead letters
    give_up,          ///< all become dead letters, the store is not asked
  };
  std::vector<chunk_ptr> chunks;
  way how = way::all;
  std::string reason = {}; ///< to give up
};

/// What the store has of the streams of a collector.
struct positions_job {
  std::string source;
};

/// Which of these chunks the store has.
struct ids_job {
  std::vector<id_range> ids;
};

/// Nothing more comes for a while.
struct idle_job {
  bool is_last = false; ///< or ever
};

/// It is time to look what is too old to be kept.
struct expire_job {};

using writer_job = std::variant<open_job, commit_job, positions_job, ids_job, idle_job, expire_job>;

struct dropped_events {
  std::string reason;
  std::string tag;
  std::uint64_t events = 0;
};

struct job_outcome {
  std::optional<error> failure;        ///< nothing was done then
  std::uint64_t events = 0;            ///< that a commit stored
  std::uint64_t bytes = 0;             ///< as written to the store
  std::uint64_t regrouped = 0;         ///< of the events: some lines of these it had in others
  std::int64_t forgotten_id_s = 0;     ///< as committed::forgotten_id_s
  std::vector<dropped_events> dropped; ///< that it did not store and never will
  letter_fate letters = letter_fate::kept; ///< of all that is dropped
  process_tally processed;             ///< by its operators; their letters are among `dropped`
  stream_knowledge known;
  std::vector<id_range> known_ids;
  expired gone; ///< of what is stored
  std::optional<std::chrono::seconds> idle_again; ///< when the store wants to be told once more that nothing comes
};

} // namespace weir
