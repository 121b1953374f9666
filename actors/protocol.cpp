#include "actors/protocol.hpp"

namespace weir {

void add_message_types(caf::actor_system_config&) {}

} // namespace weir
