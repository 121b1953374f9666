/// Reads what happens to the events of a component: `parse:` and `process:`.
#pragma once

#include "topology/plan.hpp"

namespace weir {

/// Fills `parse`, `operators` and `tags`. A `parse` without `field` reads raw lines, so it must come first, and
/// `has_lines` must be true: the source gives such.
void read_chain(const config::value& collector, const std::string& owner, config::diagnostics& problems,
                collector_plan& out, bool has_lines);

/// `process:` of an aggregator or a sink: operators that make one event of one or none, and hold nothing.
auto read_process(const config::value& component, const std::string& owner, config::diagnostics& problems)
    -> process_plan;

} // namespace weir
