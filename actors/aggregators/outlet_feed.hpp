/// What an aggregator with a log knows of one of its outlets: how far that is fed, and what is under way; and its sums.
#pragma once

#include "actors/aggregators/outcome_inquiry.hpp"
#include "actors/aggregators/outgoing_process.hpp"
#include "runtime/log/chunk_log.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace weir {

struct aggregator_trouble {
  std::string what;
  monotonic_time at{}; ///< the last time
};

/// What an aggregator holds for those behind it.
struct aggregator_figures {
  std::uint64_t events_held = 0;
  std::uint64_t bytes_held = 0; ///< of events
  std::int64_t oldest_closed_ns = 0;
  std::uint64_t log_segments = 0;
  std::uint64_t log_bytes = 0; ///< of segments, as reserved on the disk
};

struct aggregator_account {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0; ///< of events
};

/// How much there was for an outlet, ever, and up to where it has acked all.
struct aggregator_progress {
  std::uint64_t pushed = 0;
  std::uint64_t acked = 0;
};

/// Taken and not safe yet.
struct waiting_chunk {
  chunk_ptr content;
  record_number safe_with = 0; ///< once written: the record that has to be durable
};

/// To be told to people.
struct aggregator_bulletin {
  std::string text;
  bool is_good = false;
};

struct outlet_feed {
  bool is_new = false;   ///< the log had not known it before
  record_number fed = 0; ///< everything up to it was pushed to the outlet
  std::deque<record_number> taken_over; ///< before `fed`: it passed them by as another's, and they are its own now
  std::unordered_map<chunk_id, record_number, chunk_id_hash> pushed;
  std::unordered_map<record_number, process_tally> tallies; ///< of those of pushed that lost something
  record_number unreadable = 0;           ///< the last one that could not be read
  std::optional<monotonic_time> retry_at; ///< set while that is so
  std::optional<aggregator_trouble> fails;           ///< reading does
  std::optional<record_number> ends;      ///< it gets nothing behind it: its outlet is retired
  std::optional<outcome_inquiry> doubts;  ///< of what is before `fed` and may have been sent by an earlier process

  /// What is to be pushed next; 0: nothing.
  auto next(const chunk_log& log, std::size_t outlet) const -> record_number {
    return taken_over.empty() ? log.next(outlet, fed) : taken_over.front();
  }
  auto is_to_come(record_number number) const -> bool {
    const auto is_doubtful = doubts && doubts->passed() < number && number <= doubts->up_to();
    return is_doubtful || fed < number || std::find(taken_over.begin(), taken_over.end(), number) != taken_over.end();
  }
  void note_fed(record_number number) {
    if (taken_over.empty())
      fed = number;
    else
      taken_over.pop_front();
  }
};

} // namespace weir
