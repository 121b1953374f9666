/// What a reader of some of an aggregator's routes does first: let go of the events of the others.
#pragma once

#include "actors/operators/operator.hpp"

#include <string>

namespace weir {

/// Takes events of which the expression is true, which has been checked; the others are counted as of another route.
auto take_route(std::string condition) -> operator_plugin::factory;

} // namespace weir
