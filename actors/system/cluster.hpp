/// Who belongs to the cluster, as this node knows it: an actor around runtime/cluster/membership.
//
// Each connection to another node, whoever dialled, says when it is greeted and when something comes, and carries gossip.
// A seed is asked as long as the node behind it is not known to be up, and now and then: it may know of others, as after
// a split.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/deadline_timer.hpp"
#include "actors/system/gate.hpp"
#include "runtime/base/backoff.hpp"
#include "runtime/cluster/membership.hpp"
#include "runtime/cluster/seed.hpp"
#include "runtime/net/peer_warnings.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace weir {

using members_atom = caf::atom_constant<caf::atom("members")>; ///< to the cluster: who belongs to it
using heard_atom = caf::atom_constant<caf::atom("heard")>;     ///< a connection to the cluster: a pulse came
using advertise_atom = caf::atom_constant<caf::atom("advertise")>;
using introduce_atom = caf::atom_constant<caf::atom("introduce")>; ///< with a seed: answered with a guest_connection to it

/// To the cluster: why no other node is found; empty if one is.
using alone_atom = caf::atom_constant<caf::atom("alone")>;
/// To the cluster: this node is gone for good, as that one wants it. Answered when it is so; an error says why not.
using give_up_atom = caf::atom_constant<caf::atom("give_up")>;
struct give_up_order {
  std::string node;
  std::string by;
  bool is_unreachable = false; ///< where it listens nobody answers
};

/// A connection to the cluster: both sides know who the other is.
struct link_greeted {
  greeted_node who;
  std::function<void(const wire::gossip&)> say; ///< to the other side; from any thread
};

/// To the cluster: this node is like this from now on.
struct self_changed {
  std::vector<std::string> components; ///< that it hosts
  std::uint64_t topology = 0;          ///< fingerprint of its file
};

using cluster_actor = caf::typed_actor<
    caf::reacts_to<link_greeted>, caf::reacts_to<heard_atom>, caf::reacts_to<wire::gossip>,
    caf::reacts_to<node_welcome>, // of a node that was asked for others
    caf::replies_to<members_atom>::with<std::vector<member_view>>,
    caf::replies_to<alone_atom>::with<std::string>,
    caf::replies_to<give_up_order>::with<give_up_atom>,
    caf::reacts_to<drain_atom>,                       // this node takes nothing new
    caf::replies_to<leave_atom>::with<leave_atom>,    // it ends: answered when all have been told
    caf::reacts_to<self_changed>,
    caf::reacts_to<advertise_atom, std::string>,      // where others reach this node
    caf::reacts_to<timer_atom, std::uint64_t> // to itself
    >;

struct cluster_settings {
  membership_settings membership;
  member self; ///< with its incarnation
  node_identity identity;
  std::vector<seed> seeds;
  backoff_settings ask_again{std::chrono::milliseconds{500}, std::chrono::seconds{5}}; ///< one that does not answer
  duration ask_anyway = std::chrono::seconds{30};
  duration told_every = std::chrono::minutes{1}; ///< while no seed answers
  const clock* time = &system_clock();
  /// Called in its thread, when it has changed: all but this node and those that have left; and those whose connection broke.
  std::function<void(const std::vector<member>&, const std::set<std::string>& lost)> on_members = {};
  /// Spawns what answers (introduce, seed).
  std::function<caf::actor(const cluster_actor&)> make_introducer = {};
};

/// The seeds, as they are asked one after the other.
struct introductions {
  struct candidate {
    seed at;
    std::string node; ///< that answered last; of one that is no address any may
  };
  std::vector<candidate> seeds;
  std::size_t asked = 0;      ///< the last one
  std::uint32_t failures = 0; ///< since one answered
  bool is_asking = false;
  monotonic_time again_at{}; ///< not before, one that is wanted
  monotonic_time ask_at{};   ///< not before, any other
  monotonic_time told_at{};
  std::string last_problem;
  caf::actor connection; ///< to the one that was reached, as long as it is needed
  bool is_answered = false; ///< it has said who it is
  monotonic_time hang_up_at{};
};

struct cluster_state {
  static inline constexpr const char* name = "cluster";

  cluster_settings settings;
  cluster_actor::pointer self = nullptr;
  std::optional<membership> members;
  introductions seeds;
  caf::actor introducer;
  struct link {
    caf::actor_addr connection;
    std::string node;
    std::function<void(const wire::gossip&)> say;
  };
  std::map<link_id, link> links; ///< connections that are greeted
  std::uint64_t told_edition = 0;
  peer_warnings warnings{"nodes", system_clock()};
  deadline_timer timer;

  void on_greeted(const link_greeted& note);
  void on_heard();
  void on_gossip(const wire::gossip& note);
  void on_connection_end(const caf::down_msg& note);
  void on_welcome(const node_welcome& answer);
  void on_introduced(const caf::actor& connection);
  void on_no_introduction(const std::string& why);
  void on_state(member_state now_is);
  void change_self(member now_is);
  auto give_up(const give_up_order& order) -> caf::result<give_up_atom>;
  auto why_alone() const -> std::string;
  auto about_self() const -> gossip;
  void look_for_others(monotonic_time now);
  void ask(std::size_t which);
  /// Sends what is to be sent, tells what is new, and sleeps until there is something to do.
  void go_on();

private:
  auto is_wanted(const introductions::candidate& c) const -> bool;
  auto seed_to_ask(monotonic_time now) const -> std::optional<std::size_t>;
  auto ask_seeds_at() const -> monotonic_time;
  auto now() const { return settings.time->monotonic(); }
  auto wall_ns() const { return settings.time->wall_ns(); }
  void send_gossip();
  void tell_news();
  void tell_members();
  void hang_up();
};

/// Never restarted: the node ends with it.
auto cluster(cluster_actor::stateful_pointer<cluster_state> self, cluster_settings settings)
    -> cluster_actor::behavior_type;

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::link_greeted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::self_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::give_up_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::wire::gossip)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::seed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<weir::member_view>)
