/// What became of events at the operators of an aggregator or a sink, besides those that go on.
#pragma once

#include "runtime/measure/bounded_counts.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace weir {

/// Counts by names that the program gives.
using few_counts = std::map<std::string, std::uint64_t, std::less<>>;

inline void add_to(few_counts& counts, std::string_view name, std::uint64_t events) {
  const auto at = counts.find(name);
  at != counts.end() ? void(at->second += events) : void(counts.emplace(name, events));
}

/// Of one chunk or of many. Each event is to be counted once, however often its chunk is worked on: whoever has it
/// done decides when a tally counts.
struct process_tally {
  few_counts dropped;          ///< by reason; without those that became dead letters
  few_counts noted;            ///< as in an observation
  bounded_counts letters;      ///< by tag: failed a required parse
  bounded_counts no_sink;      ///< by tag; part of dropped
  std::uint64_t unparsed = 0;  ///< went on as they were, with parse_error
  std::int64_t bytes_grown = 0; ///< those that went on, by their operators; less what did not go on

  auto events_dropped() const -> std::uint64_t {
    auto sum = letters.total();
    for (const auto& [reason, events] : dropped) sum += events;
    return sum;
  }
  auto is_empty() const -> bool {
    return dropped.empty() && noted.empty() && letters.empty() && unparsed == 0 && bytes_grown == 0;
  }
  void add(const process_tally& other) {
    for (const auto& [reason, events] : other.dropped) add_to(dropped, reason, events);
    for (const auto& [what, events] : other.noted) add_to(noted, what, events);
    for (const auto& [tag, events] : other.letters.all()) letters.add(tag, events);
    for (const auto& [tag, events] : other.no_sink.all()) no_sink.add(tag, events);
    unparsed += other.unparsed;
    bytes_grown += other.bytes_grown;
  }
};

} // namespace weir
