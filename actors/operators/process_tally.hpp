/// What became of events at the operators of an aggregator or a sink, besides those that go on.
#pragma once

#include "runtime/measure/bounded_counts.hpp"

#include <cstdint>

namespace weir {

/// Of one chunk or of many. Each event is to be counted once, however often its chunk is worked on: whoever has it
/// done decides when a tally counts.
struct process_tally {
  bounded_counts dropped;      ///< by reason; without those that became dead letters
  bounded_counts noted;        ///< as in an observation
  bounded_counts letters;      ///< by tag: failed a required parse
  bounded_counts no_sink;      ///< by tag; part of dropped
  std::uint64_t unparsed = 0;  ///< went on as they were, with parse_error
  std::int64_t bytes_grown = 0; ///< those that went on, by their operators; less what did not go on

  auto events_dropped() const -> std::uint64_t { return letters.total() + dropped.total(); }
  auto is_empty() const -> bool {
    return dropped.empty() && noted.empty() && letters.empty() && unparsed == 0 && bytes_grown == 0;
  }
  void add(const process_tally& other) {
    dropped.add(other.dropped);
    noted.add(other.noted);
    letters.add(other.letters);
    no_sink.add(other.no_sink);
    unparsed += other.unparsed;
    bytes_grown += other.bytes_grown;
  }
};

} // namespace weir
