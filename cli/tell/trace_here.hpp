/// What the collectors, buffers, stores and dead letters of one node know of an event.
#pragma once

#include "cli/tell/letters.hpp"
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
/// How far the collector that `o` is of has read a file of its, and what a line of that is called. The target has no source
/// if the file cannot be read.
auto place_in_file(const trace_ground& of, const topology_plan& plan, const observation& o, const file_figures& f, std::uint64_t offset)
    -> trace_place;

inline constexpr std::size_t trace_targets_max = 100; ///< at once

/// What receivers here say, of each target in the order of the data. Takes about a second at most; a disk buffer that takes
/// longer to look through says so.
auto hops_here(const trace_ground& of, const std::vector<trace_target>& targets) -> std::vector<std::vector<trace_hop>>;

/// A letter as a hop.
auto letter_hop(const trace_ground& of, const topology_plan& plan, const found_letter& l) -> trace_hop;

struct node_buffer {
  const component_plan& of;
  std::string directory;
};
/// The disk buffers of this node.
auto buffers_here(const trace_ground& of, const topology_plan& plan) -> std::vector<node_buffer>;

} // namespace weir::cli
