/// Where is this event? Asks every node that can be reached who has it, and puts what they say into a sentence and hops.
#pragma once

#include "cli/tell/trace_here.hpp"

#include <string>

namespace weir::cli {

/// "trace?file=&offset=" or "trace?chunk=ORIGIN/SEQUENCE": {"answer", "hops": [{"node", "component", "tier", "mood", "state",
/// "text", …}], "partial"}; with as=text for people, with alone= of this node only. "trace?tag=&text=": as tell_found(). With of=
/// it is what nodes ask each other.
auto tell_trace(const trace_ground& of, const question& what) -> result<std::string>;

/// What all hops together mean. `partial`: who did not say anything.
auto answer_of(const std::vector<trace_hop>& hops, const std::vector<std::string>& partial) -> std::string;
/// Where disk buffers say who has taken over what, and where somebody says that all sinks have it, the sinks that cannot say it
/// themselves have it; and what all sinks have stored that a buffer keeps it for does not wait there any more. Of a file that was
/// begun anew only what is of its last content stays.
void conclude(std::vector<trace_hop>& hops);
/// That of the data.
void put_in_order(std::vector<trace_hop>& hops);
/// For people, a line or several each.
auto hops_text(const std::vector<trace_hop>& hops, std::size_t indent) -> std::string;

} // namespace weir::cli
