/// Connects to other nodes without ever stalling this one.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/node_wire.hpp"

#include <memory>

namespace weir {

using dial_atom = caf::atom_constant<caf::atom("dial")>;

/// Spawn detached, one for each address: it blocks while a name is looked up and until it is connected.
/// (dial, host, port) -> a guest_connection.
auto dialer(caf::event_based_actor* self, net::io_thread* in, std::shared_ptr<wire_commons> commons) -> caf::behavior;

} // namespace weir
