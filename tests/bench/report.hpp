/// Medians of runs, and the one table.
#pragma once

#include "tests/bench/rows.hpp"
#include "tests/bench/trials.hpp"

namespace weir::bench {

struct measured_row {
  const row* what = nullptr;
  std::vector<measurement> runs;
};

/// The run in the middle by CPU time.
auto median_of(std::vector<measurement> runs) -> measurement;

/// Prints the table to stdout; a ratio beyond its bound is marked. Returns whether all bounds hold.
auto print_table(const std::vector<measured_row>& rows) -> bool;

/// Prints one trial's figures; returns whether all bounds hold.
auto print_figures(std::string_view name, const std::vector<figure>& figures) -> bool;

/// Processor, cores, memory and kernel, in one line.
auto describe_machine() -> std::string;

} // namespace weir::bench
