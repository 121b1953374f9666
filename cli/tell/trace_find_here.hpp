/// Looks on one node for events by tag and text: in what its sqlite sinks have stored, in dead letters, in disk buffers, and
/// in the files that its collectors read. Nobody of the pipeline is asked, and nobody waits for it.
#pragma once

#include "cli/tell/trace_finding.hpp"
#include "cli/tell/trace_here.hpp"

namespace weir::cli {

/// Takes a second at most; what it did not come to it says.
auto find_here(const trace_ground& of, const find_wish& wish) -> trace_findings;

} // namespace weir::cli
