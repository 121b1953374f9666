/// What a collector knows apart from its source: open chunk, unacked chunks, positions, accounts.
#pragma once

#include "actors/collectors/chunking_intake.hpp"
#include "runtime/flow/fan_out.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace weir {

/// Outlives the collector actor: a source that fails is made anew and goes on where this one stands.
class collector_core {
public:
  /// `origin` names the stream in chunk ids.
  collector_core(std::uint64_t origin, const std::vector<outlet_settings>& outlets)
      : flow(outlets), origin_(origin) {}

  /// Takes back what a failed source left after its last save point; where to go on.
  auto begin_again() -> resume_info;
  /// Cuts what was collected into chunks and hands them to all outlets.
  void close_chunk(const clock& now);
  /// These chunks are safe everywhere; returns the positions that became safe, in order.
  auto on_settled(const std::vector<chunk_ptr>& chunks) -> std::vector<position_range>;

  /// How much a source may read now: what fits all outlets' credit behind what is collected.
  auto budget_bytes() const -> std::size_t;
  auto is_empty() const -> bool { return builder.empty() && flow.unsettled_chunks() == 0; }

  chunk_builder builder;
  intake_counts counts;
  fan_out flow;
  std::uint64_t events_closed = 0;
  std::uint64_t bytes_closed = 0;
  std::uint64_t events_settled = 0;
  std::uint64_t bytes_settled = 0;
  std::uint64_t starts = 0;

private:
  struct unacked {
    std::uint64_t sequence = 0;
    bool settled = false;
    std::vector<position_range> positions;
  };

  std::uint64_t origin_;
  std::uint64_t next_sequence_ = 1;
  std::map<std::string, std::uint64_t> resume_; // stream -> end of what was closed
  std::deque<unacked> unacked_;                 // in order of sequence
};

} // namespace weir
