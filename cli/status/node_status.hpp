/// What is known of a running node at one moment, and how it is written.
#pragma once

#include "cli/health.hpp"
#include "topology/node.hpp"
#include "topology/scaling.hpp"

#include <chrono>
#include <string>
#include <string_view>
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
  std::int64_t now_ns = 0; ///< wall clock
  node::node_report seen;
  std::vector<observation> before = {}; ///< its actors, a little earlier; may be empty
  std::chrono::nanoseconds between{0};  ///< how much earlier
  scaled_numbers scaled = {};           ///< what runs in another number than the file says
  std::string told = {};                ///< how the whole system does, in a sentence; empty: not looked at
  std::string stuck = {};               ///< who of this node holds up others or takes nothing; empty: nobody
};

/// One JSON object and a line feed; docs/operations.md has the keys.
auto status_json(const node_status& s) -> std::string;
auto cluster_json(const node_status& s, const std::vector<node::node_report>& nodes) -> std::string;

/// The tree tier, component, actor as a table.
auto status_text(const node_status& s) -> std::string;
auto cluster_text(const node_status& s, const std::vector<node::node_report>& nodes) -> std::string;

/// Who belongs to the cluster: one JSON object and a line feed, or a table. `alone`: why no other node is found, or empty.
auto members_json(const process_identity& of, const std::vector<member_view>& members, const std::string& alone) -> std::string;
auto members_text(const process_identity& of, std::int64_t now_ns, const std::vector<member_view>& members,
                  const std::string& alone) -> std::string;

/// For `weir status --check`: "node edge-1: degraded", and the reasons on lines of their own.
auto check_text(std::string_view node, const verdict& found) -> std::string;

/// What a terminal has.
struct live_room {
  std::size_t width = 79;
  std::size_t height = 24;
};
/// What `weir run` shows on a terminal: who is stuck, a line for each tier and, where there is room, each component.
auto live_lines(const node_status& s, const live_room& room) -> std::vector<std::string>;

} // namespace weir::cli
