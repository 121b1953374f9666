/// Figures as lines for what is no terminal, or none that obeys.
#pragma once

#include "cli/top/figures_read.hpp"

#include <string>

namespace weir::cli {

/// The headline, what is wrong beside it, and a table of components; no control sequences.
auto plain_block(const top_figures& of) -> std::string;

} // namespace weir::cli
