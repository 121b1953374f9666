/// Reads what happens to the events of a collector: `parse:` and `process:`.
#pragma once

#include "topology/plan.hpp"

namespace weir {

/// Fills `parse` and `operators`. A `parse` without `field` reads raw lines, so it must come first, and
/// `has_lines` must be true: the source gives such.
void read_chain(const config::value& collector, const std::string& owner, config::diagnostics& problems,
                collector_plan& out, bool has_lines);

} // namespace weir
