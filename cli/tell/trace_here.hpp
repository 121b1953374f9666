/// What the collectors, buffers, stores and dead letters of one node know of an event.
#pragma once

#include "cli/tell/trace_target.hpp"
#include "topology/node.hpp"

#include <string>
#include <vector>

namespace weir::cli {

struct trace_ground {
  const reloads& changes;
  node& here;
  const std::string& source_node; ///< under which its collectors' positions are stored
};

/// A collector here that reads the file, and what the event is called where it went.
struct trace_place {
  trace_hop hop;
  trace_target target;
};
/// Every collector that tells of the file, and its dead letters of that line, which have no target. `file`: an absolute path.
auto places_here(const trace_ground& of, const std::string& file, std::uint64_t offset) -> std::vector<trace_place>;

/// What receivers here say, in the order of the data. Takes about a second at most, but for large disk buffers.
auto hops_here(const trace_ground& of, const trace_target& target) -> std::vector<trace_hop>;

} // namespace weir::cli
