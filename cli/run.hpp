/// Runs a node until its input ends, it is asked to stop, or it fails.
#pragma once

#include "topology/plan.hpp"

#include <chrono>
#include <string>

namespace weir {

struct run_options {
  std::string node_name;
  std::string class_name; ///< empty: all components run here
  bool once = false;
  bool show_status = false; ///< draw live figures on the terminal
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds{30};
};

/// Returns the exit status: 0 done, 1 failed. SIGINT and SIGTERM drain; a second one stops at once.
auto run_node(const topology_plan& plan, const run_options& options) -> int;

} // namespace weir
