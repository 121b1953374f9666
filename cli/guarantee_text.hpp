/// The promises of a topology for people.
#pragma once

#include "topology/guarantee.hpp"

namespace weir::cli {

/// A line for each path, and below it what weakens its promise; long lists are cut.
auto guarantee_text(const topology_plan& plan) -> std::string;
/// "logs -> local -> archive".
auto path_text(const path_guarantee& g) -> std::string;

} // namespace weir::cli
