/// Connects to the gate of another node without ever stalling this one.
#pragma once

#include "actors/protocol.hpp"

#include <string>

namespace weir {

using dial_atom = caf::atom_constant<caf::atom("dial")>;

/// Spawn detached, one for each address: it blocks while it probes. (dial, host, port) -> gate handle.
/// CAF's middleman connects with a blocking call that holds up all other dials of the node, so the port
/// is probed first, with a deadline.
auto dialer(caf::event_based_actor* self) -> caf::behavior;

/// Why the port cannot be reached, within a second; empty if it can.
auto probe_port(const std::string& host, std::uint16_t port) -> std::string;

} // namespace weir
