/// What this machine is called.
#pragma once

#include <string>

namespace weir {

/// As the system says; "local" if it says nothing.
auto own_host_name() -> std::string;

} // namespace weir
