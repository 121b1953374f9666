/// The two ends of a connection between nodes, as the actors that have to do with nodes see it.
//
// A node link and a gate talk to each other through these two: what either says to its connection goes to the other
// node, and comes from the connection there. Both end with their connection, and it with them.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/cluster.hpp"
#include "actors/system/gate.hpp"
#include "actors/system/node_wire.hpp"
#include "actors/system/peer_questions.hpp"

#include <functional>
#include <memory>

namespace weir {

/// Of who dialled: stands for the other node's gate. Takes node_hello, node_pulse, hang_up, with a reason if the other node
/// is taken for lost: who keeps the members is to judge it then; answers observe and node_command.
struct guest_connection_state {
  static inline constexpr const char* name = "guest_connection";
  std::shared_ptr<node_wire> wire;
  cluster_actor cluster;
  caf::actor_addr link;    ///< who said hello through it
  bool introduces = false; ///< only to hear of others: it ends in peace
  std::string host;        ///< node name, once it is greeted
  peer_questions questions;
  node_answers answers;
  std::function<std::function<bool(right)>(const std::string& node, const std::vector<std::string>& classes)> rights_of;
  std::function<bool(right)> may; ///< what the host may ask for
};
auto guest_connection(caf::stateful_actor<guest_connection_state>* self) -> caf::behavior;
/// Before anything comes: whoever made the connection gives it its wire.
struct use_wire {
  std::shared_ptr<node_wire> wire;
  cluster_actor cluster = {}; ///< may be null
  node_answers answers = {};  ///< to what the host asks
  std::function<std::function<bool(right)>(const std::string& node, const std::vector<std::string>& classes)> rights_of = {};
};

struct host_connection_settings {
  node_hello hello;
  gate_actor gate;
  guest_rights rights;
  node_answers answers = {};                         ///< to what the guest asks
  cluster_actor cluster = {};                        ///< may be null
  duration quiet_for_max = std::chrono::seconds{15}; ///< a guest has a pulse every heartbeat
  std::string host = {};                             ///< this node
  std::string refused = {};                          ///< why it never gets in; empty: the gate decides
};

/// Of who listens: stands for the other node's link. Answers observe and node_command.
struct host_connection_state {
  static inline constexpr const char* name = "host_connection";
  host_connection_settings settings;
  std::shared_ptr<node_wire> wire;
  bool is_welcome = false;
  peer_questions questions;
  monotonic_time looked{};
  monotonic_time attentive_since{}; ///< this process, which may have been stopped

  /// For how long nothing has come that it could have read.
  auto silent_for(monotonic_time now) -> duration;
};
auto host_connection(caf::stateful_actor<host_connection_state>* self, std::shared_ptr<node_wire> wire,
                     host_connection_settings settings) -> caf::behavior;

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::use_wire)
