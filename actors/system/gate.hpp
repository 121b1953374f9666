/// A node's door: lets other nodes in, and tells them which actors are here.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/directory.hpp"
#include "runtime/base/units.hpp"
#include "runtime/net/peer_warnings.hpp"
#include "runtime/os/clock.hpp"

#include <map>
#include <string>
#include <vector>

namespace weir {

/// Who this node is to others.
struct node_identity {
  std::string cluster;
  std::string node;
  std::uint64_t incarnation = 0; ///< random for each run
  std::size_t actors = 0;        ///< that it will announce
  std::vector<std::string> classes = {}; ///< that it runs as
  bool serves = false;                   ///< it hosts more than collectors
};

/// Why a node never gets in here, whoever else is there; empty if it may.
auto refusal_of(const node_identity& me, const node_hello& hello) -> std::string;

/// To the gate: its guests' connections, which answer observe and node_command.
using guests_atom = caf::atom_constant<caf::atom("guests")>;
struct guest_node {
  std::string node;
  caf::actor connection;
};

using gate_actor = caf::typed_actor<
    // Who asks is a guest from now on, or told why not.
    caf::replies_to<node_hello>::with<node_welcome>,
    // Whoever is no guest (any more) gets incarnation 0: it should say hello again.
    caf::replies_to<node_pulse>::with<node_pulse>,
    caf::reacts_to<peers_changed>,                               // what is here
    caf::replies_to<links_atom>::with<std::vector<linked_node>>, // nodes that are guests, or were
    caf::replies_to<guests_atom>::with<std::vector<guest_node>>,
    caf::reacts_to<timer_atom>                                   // to itself: wait no more for what is to come
    >;
/// A connection to a node that dialled, as its gate sees it.
using guest_actor = caf::typed_actor<caf::reacts_to<node_peers>>;

struct gate_state {
  static inline constexpr const char* name = "gate";

  /// A node that dialled us.
  struct guest {
    std::uint64_t incarnation = 0;
    weak_handle<guest_actor> link;
    monotonic_time heard{};
    monotonic_time since{}; ///< connected
  };
  /// One that went.
  struct past_guest {
    monotonic_time heard{};
    monotonic_time left{};
  };

  node_identity self_identity;
  const clock* time = &system_clock();
  std::vector<peer> local;
  std::map<std::string, guest> guests;    ///< by node name
  std::map<std::string, past_guest> past; ///< the same; not the guests of now, and of the last hour only
  /// Hellos that came before everything here was announced: who is welcomed sees all that there is.
  struct early_hello {
    node_hello hello;
    caf::strong_actor_ptr from;
    caf::typed_response_promise<node_welcome> answer;
  };
  std::vector<early_hello> early;
  bool is_ready = false;
  peer_warnings warnings{"nodes", *time};
  /// Comings and goings that were told in this minute: whoever comes and goes does not fill the log.
  monotonic_time minute_ends{};
  std::uint64_t told = 0;
  duration patience = std::chrono::seconds{10}; ///< with what does not announce itself

  auto may_tell() -> bool;
  /// Instead of an earlier hello of the same node.
  void keep(early_hello fresh);
  /// The guest that has the node's name and is another process; null: none.
  auto predecessor_of(const node_hello& hello) const -> const guest*;
  /// Why a node is not let in; empty if it is.
  auto refusal(const node_hello& hello) const -> std::string;
  void forget(const caf::actor_addr& link, const std::string& why);
  auto linked_nodes() const -> std::vector<linked_node>;
  auto guest_nodes() const -> std::vector<guest_node>;
};

auto gate(gate_actor::stateful_pointer<gate_state> self, node_identity identity, directory_actor directory)
    -> gate_actor::behavior_type;

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<weir::guest_node>)
