/// Where is this event? Finds events by their tag or text on all nodes, and traces each.
#pragma once

#include "cli/tell/trace_finding.hpp"
#include "cli/tell/trace_here.hpp"

#include <string>

namespace weir::cli {

/// "trace?tag=&text=&since=&limit=": {"answer", "events": [{"place", "node", "component", "tag", "time", "text", "answer",
/// "hops"}], "more", "limits", "partial"}, the newest first, within some two seconds; with as=text for people.
auto tell_found(const trace_ground& of, const question& what) -> result<std::string>;
/// What this node tells another one, or itself, for that.
auto tell_finds(const trace_ground& of, const question& what) -> result<std::string>;

/// Those that are one event become one: by their place in a stream, and a dead letter with its line.
void join_findings(std::vector<trace_finding>& all);
/// A row that a sink has is no event of its own where it may be of a line whose hops say that the sink has it: nothing in the
/// row says where it came from. One for each line.
void leave_out_rows_of_lines(std::vector<trace_finding>& all);
/// The newest first; what has no time by when its chunk was closed or stored, and else, as what nobody has read yet, first.
void put_in_order(std::vector<trace_finding>& all);

} // namespace weir::cli
