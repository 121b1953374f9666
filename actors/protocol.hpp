/// Every message between actors, and the types inside them: read this first.
#pragma once

#include <caf/all.hpp>

namespace weir {

/// Registers all message types; both ends of a wire must agree on them.
void add_message_types(caf::actor_system_config& config);

} // namespace weir
