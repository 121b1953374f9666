/// Fills ${VAR} and ${VAR:-default} from the environment into the scalars of a configuration.
#pragma once

#include "config/value.hpp"

namespace weir::config {

/// Only names of capitals, digits and underscores are variables: ${tag}, ${hostname} and ${field.path}
/// belong to the templates of operators and stay. `$${` is a literal `${`. A default may hold further
/// variables. What is unset and has no default is a finding.
void fill_variables(value& tree, diagnostics& problems);

} // namespace weir::config
