/// Reads what happens to the events of a component: `parse:` and `process:`.
#pragma once

#include "topology/plan.hpp"

namespace weir {

/// What a source gives. Pieces are events, too, some of which are only parts of a line: those are joined first.
enum class source_gift { lines, events, pieces };

/// Fills `parse`, `operators` and `tags`. A `parse` without `field` reads raw lines, so it must come first, and
/// the source must give such.
void read_chain(const config::value& collector, const std::string& owner, config::diagnostics& problems,
                collector_plan& out, source_gift given);

/// `process:` of an aggregator or a sink: operators that make one event of one or none, and hold nothing.
auto read_process(const config::value& component, const std::string& owner, config::diagnostics& problems)
    -> process_plan;

} // namespace weir
