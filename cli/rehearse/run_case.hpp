/// One test of a topology, run.
#pragma once

#include "cli/rehearse/suite.hpp"

#include <string>
#include <vector>

namespace weir::cli {

/// The time of the clock in tests: 2026-01-01T00:00:00Z.
inline constexpr auto clock_of_tests_ns = std::int64_t{1'767'225'600'000'000'000};

/// What is wrong, line by line, with the places of what was expected; empty: it passed.
auto run_case(const topology_plan& plan, const test_case& test) -> std::vector<std::string>;

/// Under which tag the lines of a collector come, as far as its settings say.
auto tag_of_lines(const component_plan& collector) -> std::string;

} // namespace weir::cli
