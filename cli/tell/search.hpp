/// Looks for events in what sinks of type sqlite have stored.
#pragma once

#include "cli/run/reloads.hpp"
#include "cli/tell/teller.hpp"
#include "topology/node.hpp"

namespace weir::cli {

/// "events?sink=&tag=&text=&from=&to=&limit=&before=": on this node and those others that host the sink, or with alone= on this
/// one; within two seconds, whatever is found by then. {"entries", "histogram", "total", "next", "problem"}.
auto tell_events(const reloads& of, node& at, const question& what, const asker& by) -> result<std::string>;

} // namespace weir::cli
