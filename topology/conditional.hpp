/// `when:` of any operator: events for which it is not true pass the operator by.
#pragma once

#include "actors/operators/operator.hpp"

#include <string>

namespace weir {

/// The operator that `inner` makes, for events of which the expression `when` is true; it has been checked.
auto only_when(std::string when, operator_plugin::factory inner) -> operator_plugin::factory;

} // namespace weir
