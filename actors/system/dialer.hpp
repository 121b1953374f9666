/// Connects to other nodes without ever stalling this one.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/cluster.hpp"
#include "actors/system/node_wire.hpp"
#include "actors/system/peer_questions.hpp"
#include "runtime/net/tls_files.hpp"

#include <memory>

namespace weir {

using dial_atom = caf::atom_constant<caf::atom("dial")>;

/// What both need.
struct dialling {
  net::io_thread* in = nullptr;
  std::shared_ptr<wire_commons> commons;
  cluster_actor cluster = {}; ///< hears of all that comes of it; may be null
  std::shared_ptr<const net::tls_files> tls = {}; ///< absent: plain
  node_answers answers = {};
  /// What the node that was reached may do here.
  std::function<std::function<bool(right)>(const std::string& node, const std::vector<std::string>& classes)> rights_of = {};
};

/// Spawn detached, one for each address: it blocks while a name is looked up and until it is connected.
/// (dial, host, port) -> a guest_connection.
auto dialer(caf::event_based_actor* self, dialling with) -> caf::behavior;

/// The same. (introduce, seed) -> a guest_connection to some node that the seed leads to.
auto introducer(caf::event_based_actor* self, dialling with) -> caf::behavior;

} // namespace weir
