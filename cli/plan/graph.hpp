/// A plan as a graph for other programs to draw.
#pragma once

#include "topology/plan.hpp"

namespace weir::cli {

/// For Graphviz.
auto dot_of(const topology_plan& plan) -> std::string;
/// For Mermaid, as in Markdown.
auto mermaid_of(const topology_plan& plan) -> std::string;

} // namespace weir::cli
