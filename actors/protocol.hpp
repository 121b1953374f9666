/// Every message between actors, and the types inside them: read this first.
//
// The hop between a sender and a receiver speaks runtime/flow/link_messages.hpp.
#pragma once

#include "actors/observation.hpp"
#include "runtime/flow/link_messages.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace weir {

/// Version of this file's messages; nodes that differ refuse each other.
inline constexpr std::uint32_t protocol_version = 5;

using start_atom = caf::atom_constant<caf::atom("start")>;
using wake_atom = caf::atom_constant<caf::atom("wake")>;       ///< a descriptor became readable
using step_atom = caf::atom_constant<caf::atom("step")>;       ///< an actor to itself: go on working
using timer_atom = caf::atom_constant<caf::atom("timer")>;     ///< an actor to itself, with a generation
using drain_atom = caf::atom_constant<caf::atom("drain")>;     ///< stop taking in, pass on what is there
using observe_atom = caf::atom_constant<caf::atom("observe")>; ///< answered with observations
using links_atom = caf::atom_constant<caf::atom("links")>;     ///< answered with linked_nodes
using restart_atom = caf::atom_constant<caf::atom("restart")>;
using sync_atom = caf::atom_constant<caf::atom("sync")>;   ///< between an aggregator and its log's syncer
using watch_atom = caf::atom_constant<caf::atom("watch")>; ///< to the directory: tell me a component's peers

auto inspect(caf::serializer& to, wire_chunk& c) -> caf::error;
auto inspect(caf::deserializer& from, wire_chunk& c) -> caf::error;
inline auto to_string(const wire_chunk&) -> std::string { return "chunk"; }

template <class Inspector> auto inspect(Inspector& f, open_link& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("open_link"), x.link, x.sender);
}

template <class Inspector> auto inspect(Inspector& f, transfer_chunks& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("transfer_chunks"), x.link, x.number, x.chunks);
}

template <class Inspector> auto inspect(Inspector& f, chunk_id& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("chunk_id"), x.origin, x.sequence);
}

template <class Inspector> auto inspect(Inspector& f, link_feedback& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("link_feedback"), x.link, x.number, x.grant_bytes, x.leaving, x.acks,
           x.settled);
}

template <class Inspector> auto inspect(Inspector& f, id_range& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("id_range"), x.origin, x.first, x.last);
}

template <class Inspector> auto inspect(Inspector& f, position_range& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("position_range"), x.stream, x.begin, x.end);
}

/// A collector that starts, to everybody who may have chunks of an earlier one: what do you durably have? Memory
/// buffers pass it on to who is behind them.
struct ask_positions {
  std::uint64_t question = 0; ///< random
  std::string source;         ///< whose streams, as in chunk::source
};
template <class Inspector> auto inspect(Inspector& f, ask_positions& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("ask_positions"), x.question, x.source);
}

/// The answer.
struct known_positions {
  std::uint64_t question = 0;
  std::string receiver; ///< logical address
  std::vector<position_range> positions;
  std::vector<position_range> settled = {};   ///< what every sink has, as earlier chunks said
  std::vector<position_range> elsewhere = {}; ///< what only some of those behind a memory buffer have
};
template <class Inspector> auto inspect(Inspector& f, known_positions& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("known_positions"), x.question, x.receiver, x.positions, x.settled, x.elsewhere);
}

template <class Inspector> auto inspect(Inspector& f, probe_link& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("probe_link"), x.link, x.sent, x.received);
}

template <class Inspector> auto inspect(Inspector& f, reopen_link& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("reopen_link"), x.link);
}

template <class Inspector> auto inspect(Inspector& f, close_link& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("close_link"), x.link, x.sender, x.finished);
}

/// One running actor of a component.
struct peer {
  std::string address; ///< logical: core-1/destination_aggregator/core/0
  std::string component;
  caf::actor handle;
};
template <class Inspector> auto inspect(Inspector& f, peer& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("peer"), x.address, x.component, x.handle);
}

/// The directory to those who watch a component: all its running actors.
struct peers_changed {
  std::string component;
  std::vector<peer> peers;
  std::vector<std::string> unheard; ///< nodes that may have more of them and have not answered yet
};
template <class Inspector> auto inspect(Inspector& f, peers_changed& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("peers_changed"), x.component, x.peers, x.unheard);
}

/// A supervisor to the directory: this address now has this handle (or none).
struct announce_peer {
  peer who;
};
template <class Inspector> auto inspect(Inspector& f, announce_peer& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("announce_peer"), x.who);
}

/// A node link to the directory: everything that a remote node hosts now.
struct node_peers {
  std::string node;
  std::vector<peer> peers;
};
template <class Inspector> auto inspect(Inspector& f, node_peers& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("node_peers"), x.node, x.peers);
}

/// A child to its supervisor: all input is at its end and everything is settled.
struct child_finished {
  std::string address;
};
template <class Inspector> auto inspect(Inspector& f, child_finished& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("child_finished"), x.address);
}

/// A dialling node to the gate of another.
struct node_hello {
  std::uint32_t version = 0;
  std::string cluster;
  std::string node;
  std::uint64_t incarnation = 0; ///< random for each run of the process
};
template <class Inspector> auto inspect(Inspector& f, node_hello& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("node_hello"), x.version, x.cluster, x.node, x.incarnation);
}

/// The gate's answer.
struct node_welcome {
  std::string node;
  std::string refused; ///< why not; empty if welcome
  std::uint64_t incarnation = 0;
  std::vector<peer> peers;
};
template <class Inspector> auto inspect(Inspector& f, node_welcome& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("node_welcome"), x.node, x.refused, x.incarnation, x.peers);
}

/// A dialling node, every heartbeat; answered with node_pulse.
struct node_pulse {
  std::string node;
  std::uint64_t incarnation = 0;
};
template <class Inspector> auto inspect(Inspector& f, node_pulse& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("node_pulse"), x.node, x.incarnation);
}

/// Registers all message types; both ends of a wire must agree on them.
void add_message_types(caf::actor_system_config& config);

} // namespace weir
