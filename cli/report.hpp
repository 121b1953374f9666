/// Tells the user what is wrong with a topology.
#pragma once

#include "cli/command.hpp"
#include "topology/plan.hpp"

namespace weir::cli {

/// The plan of a topology file. Findings go to stderr; if there are errors, so does their count, and the
/// caller ends with exit_misuse. `without`: what follows for who reads that.
auto load_or_explain(const std::string& path, session& s, std::string_view without = "nothing was started")
    -> std::optional<topology_plan>;
/// Also gives the findings.
auto load_or_explain(const std::string& path, session& s, config::diagnostics& problems,
                     std::string_view without = "nothing was started") -> std::optional<topology_plan>;

/// Findings, on stderr.
void explain(const config::diagnostics& problems, session& s);
/// How many errors there were, on stderr.
void count_errors(const config::diagnostics& problems, session& s, std::string_view without);

} // namespace weir::cli
