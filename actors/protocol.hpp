/// Every message between actors, and the types inside them: read this first.
//
// The hop between a sender and a receiver speaks runtime/flow/link_messages.hpp and position_messages.hpp. No message
// leaves the process as CAF knows it: what crosses to other nodes is runtime/wire/frame.hpp.
#pragma once

#include "actors/system/weak_handle.hpp"
#include "runtime/flow/link_messages.hpp"
#include "runtime/flow/position_messages.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/wire/frame.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weir {

/// Versions of what nodes say to each other, from the oldest that this one speaks; nodes that have none in common refuse
/// each other.
inline constexpr std::uint32_t protocol_version = 6;
inline constexpr std::uint32_t protocol_oldest = 6;

using listen_atom = caf::atom_constant<caf::atom("listen")>; ///< to a collector: open what others connect to, and wait
using start_atom = caf::atom_constant<caf::atom("start")>;   ///< to a collector: read
using wake_atom = caf::atom_constant<caf::atom("wake")>;       ///< a descriptor became readable
using step_atom = caf::atom_constant<caf::atom("step")>;       ///< an actor to itself: go on working
using timer_atom = caf::atom_constant<caf::atom("timer")>;     ///< an actor to itself, with a generation
using drain_atom = caf::atom_constant<caf::atom("drain")>;     ///< stop taking in, pass on what is there
using observe_atom = caf::atom_constant<caf::atom("observe")>; ///< to a node link: the other node's observations
using links_atom = caf::atom_constant<caf::atom("links")>;     ///< answered with linked_nodes
using restart_atom = caf::atom_constant<caf::atom("restart")>;
using sync_atom = caf::atom_constant<caf::atom("sync")>;   ///< between an aggregator and its log's syncer
using hang_up_atom = caf::atom_constant<caf::atom("hang_up")>; ///< to a connection to another node: end it
using leave_atom = caf::atom_constant<caf::atom("leave")>; ///< take nothing more from anybody, pass on what is there
using progress_atom = caf::atom_constant<caf::atom("progress")>; ///< answered with outlet_progress of all outlets
using supervisors_atom = caf::atom_constant<caf::atom("superv")>; ///< to the guardian: its supervisors, sinks first
using watch_atom = caf::atom_constant<caf::atom("watch")>; ///< to the directory: tell me a component's peers

/// One running actor of a component.
struct peer {
  std::string address; ///< logical: core-1/destination_aggregator/core/0
  std::string component;
  caf::actor handle;
};

/// The directory to those who watch a component: all its running actors.
struct peers_changed {
  std::string component;
  std::vector<peer> peers;
  std::vector<std::string> unheard; ///< nodes that may have more of them and have not answered yet
};
/// Whoever watches, as the directory sees it.
using watcher_actor = caf::typed_actor<caf::reacts_to<peers_changed>>;

/// A supervisor to the directory: this address now has this handle (or none).
struct announce_peer {
  peer who;
};

/// A node link to the directory: everything that a remote node hosts now.
struct node_peers {
  std::string node;
  std::vector<peer> peers;
};

/// To a sink: what people want of it beside its settings, until the process ends. Answered with nothing when it is done.
struct sink_order {
  enum class kind {
    pause,  ///< nothing more is stored; what is there waits, and its senders when there is much of it
    resume,
    retry, ///< what failed is tried now, whatever its back-off
  };
  kind what = kind::retry;
  std::string by;
};

/// A node to the directory, instead of what it said before: those that may have some of these components, though they are
/// not heard of, and are to be waited for.
struct await_nodes {
  std::map<std::string, std::vector<std::string>> components; ///< by node
};

/// A child to its supervisor: all input is at its end and everything is settled.
struct child_finished {
  std::string address;
};

/// A child to its supervisor, once: it works; or what it is to work with does not open, and why. A collector that is to
/// wait says the same when its doors are open.
struct child_opened {
  std::string address;
  std::string problem;
};
/// A supervisor, as its children see it.
using parent_actor = caf::typed_actor<caf::reacts_to<child_opened>, caf::reacts_to<child_finished>>;
using parent_handle = weak_handle<parent_actor>;

/// How far a sender is with what it has for one component.
struct outlet_progress {
  std::string component;
  std::uint64_t pushed = 0;  ///< so many there were, ever
  std::uint64_t acked = 0;   ///< and up to here all are with the receiver
  bool is_retired = false;   ///< it gets nothing more
};

/// A dialling node to the gate of another.
using node_hello = wire::hello;

/// The gate's answer.
struct node_welcome {
  std::string node;
  std::string refused; ///< why not; empty if welcome
  std::uint64_t incarnation = 0;
  std::vector<peer> peers;
  bool serves = false; ///< it hosts more than collectors
  std::vector<std::string> classes = {}; ///< that it says it runs as
};

/// A dialling node, every heartbeat; answered with node_pulse.
using node_pulse = wire::pulse;

/// To the owner of a connection: what is none of the actors'.
struct frame_arrived {
  wire::frame what;
};

/// To the same, the last: why.
struct wire_ended {
  std::string why;
  bool is_meant = false; ///< one of both sides said so
};

} // namespace weir

// CAF would ask for a way to write them to a wire; none of them gets there by CAF.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::ask_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::known_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::ask_had)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::known_had)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::open_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::transfer_chunks)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::link_feedback)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::probe_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::reopen_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::close_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::ask_positions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::known_positions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::peers_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::announce_peer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::node_peers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::await_nodes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::child_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::sink_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::child_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<weir::outlet_progress>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::node_hello)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::node_welcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::node_pulse)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::frame_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::wire_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<weir::observation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<weir::linked_node>)
