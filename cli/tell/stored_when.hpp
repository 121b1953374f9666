/// When a sink of this node committed something, as far as its ledger tells: it is read beside the sink, which is not asked.
#pragma once

#include "actors/sinks/sqlite/times.hpp"
#include "cli/tell/trace_target.hpp"
#include "runtime/ledger/commit_times.hpp"
#include "topology/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace weir::cli {

/// "2026-11-22T15:04:05Z".
auto second_text(std::int64_t second) -> std::string;

/// Of one sink; reads when it is asked first. Not thread-safe.
class stored_when {
public:
  /// A component of any other kind tells nothing.
  stored_when(const topology_plan& plan, const std::string& component, const std::string& node);

  struct known {
    std::int64_t at_s = 0;     ///< 0: not known
    std::int64_t before_s = 0; ///< where that is not: before what it remembers; 0: it remembers nothing
  };
  /// Of what the sink has.
  auto of(const trace_target& target) -> known;

private:
  void read();
  auto in_ledger(const trace_target& target) const -> known;
  auto in_database(const trace_target& target) -> known;

  std::string sink_;
  std::string ledger_;   ///< a journal; empty: none
  std::string database_; ///< empty: none
  bool is_read_ = false;
  std::optional<commit_times> times_;
  std::optional<sqlite_times_reader> rows_;
};

} // namespace weir::cli
