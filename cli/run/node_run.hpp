/// Runs a node until its input ends, it is asked to stop, or it fails.
#pragma once

#include "cli/run/signals.hpp"
#include "cli/status/service.hpp"
#include "cli/tell/log_ring.hpp"
#include "topology/plan.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace weir {

struct run_options {
  std::string topology; ///< the file
  std::string node_name;
  std::string source_name;          ///< under which its collectors' positions are stored
  std::vector<std::string> classes; ///< of the node; empty: all components run here
  bool once = false;
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds{30};
  bool prints_events = false; ///< a sink here writes to stdout; when nobody reads that any more, the run ends
  std::string version;
  std::vector<seed> seeds = {}; ///< beside those of the file
  cli::status_outlets status; ///< where it tells what it does
  std::shared_ptr<const cli::log_ring> log = {}; ///< its last lines
  bool has_console = true;
  std::string console_note = {}; ///< see console_settings
};

/// Returns the exit status: 0 done, 1 failed. SIGINT, SIGTERM and SIGQUIT drain; a second one stops at once.
auto run_node(const topology_plan& written, run_options options, const run_signals& signals) -> int;

} // namespace weir
