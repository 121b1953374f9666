/// What is known of a running node at one moment, and how it is written.
#pragma once

#include "topology/node.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace weir::cli {

/// Of the process that answers.
struct process_identity {
  std::string cluster;
  std::string node;
  std::string version;
  int pid = 0;
};

struct node_status {
  process_identity of;
  std::chrono::nanoseconds uptime{0};
  std::vector<observation> actors;
  std::vector<observation> before;     ///< the same, a little earlier; may be empty
  std::chrono::nanoseconds between{0}; ///< how much earlier
};

/// Whether what came in is what went out, is held, or was dropped with a reason.
auto is_balanced(const observation& o) -> bool;

/// One JSON object and a line feed; docs/operations.md has the keys.
auto status_json(const node_status& s) -> std::string;
auto cluster_json(const node_status& s, const std::vector<node::node_report>& nodes) -> std::string;

/// The tree tier, component, actor as a table.
auto status_text(const node_status& s) -> std::string;
auto cluster_text(const node_status& s, const std::vector<node::node_report>& nodes) -> std::string;

/// One line for each tier, at most `width` columns wide: what `weir run` shows on a terminal.
auto live_lines(const node_status& s, std::size_t width) -> std::vector<std::string>;

} // namespace weir::cli
