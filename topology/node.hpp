/// A running node: the actor system, its supervised actors, its links to other nodes.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/peer_questions.hpp"
#include "runtime/cluster/membership.hpp"
#include "runtime/cluster/seed.hpp"
#include "runtime/os/descriptor_budget.hpp"
#include "topology/plan.hpp"
#include "topology/reload.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace weir {

struct node_settings {
  std::string name;
  std::string source_name; ///< under which its collectors' positions are stored
  std::vector<std::string> classes; ///< of the node; empty: everything runs here
  bool once = false;
  descriptor_plan descriptors; ///< from descriptors_of()
  std::vector<seed> seeds = {};    ///< beside those of the file
  std::string program = {};        ///< version of weir
  std::uint64_t topology = 0;      ///< fingerprint of the file
  /// What other nodes that may operate this one want of it; see node_answers.
  std::function<void(const std::string& node, const node_command& wanted, std::function<void(result<std::string>)> done)> obey = {};
  /// Called from the node's threads; must be quick.
  std::function<void()> on_finished;
  std::function<void(const std::string& why)> on_failed;
};

struct reload_manner {
  bool discards = false; ///< what is left for those that go is dropped instead of waited for
  std::chrono::nanoseconds patience = std::chrono::seconds{30}; ///< with what is to be passed on
  const std::atomic<bool>* is_over = nullptr; ///< once it is true, there is no patience left
  std::uint64_t topology = 0; ///< fingerprint of the file
};

class node {
public:
  /// Starts everything, sinks first: the difference from nothing. An error (a port in use, a buffer that is another's) starts
  /// nothing.
  static auto start(const topology_plan& plan, node_settings settings) -> result<std::unique_ptr<node>>;
  /// Ends all actors and waits for them.
  ~node();
  node(const node&) = delete;
  auto operator=(const node&) -> node& = delete;

  /// What another plan would change.
  auto changes_to(const topology_plan& wanted) const -> plan_changes;
  /// Does what another plan says from now on, without a pause for what that does not touch. An error says why all is as it
  /// was before, or what could not be put back. Blocks; one at a time, from any thread.
  auto reload(const topology_plan& wanted, reload_manner how) -> result<reload_outcome>;
  /// Stops taking in; on_finished follows when all that was taken in has been passed on.
  void drain();
  struct node_report {
    std::string name;
    std::string problem;              ///< why there are no figures
    std::vector<observation> actors = {}; ///< collectors first
    std::vector<linked_node> links = {};  ///< of this node only
    std::string alone = {};               ///< why no other node is found; the same
    bool is_silent = false;               ///< it was asked, and has not answered in time
  };
  /// Of the cluster, by name; none where all runs in one process.
  auto members() -> std::vector<member_view>;
  /// Why no other node is found; empty if one is, or none is looked for.
  auto why_alone() -> std::string;
  /// The live figures of every actor here, as their boards have them, and the nodes that it is linked to.
  auto observe() -> node_report;
  /// The figures alone: nobody is asked.
  auto figures() const -> std::vector<observation>;
  /// Of every actor here.
  auto boards() const -> std::shared_ptr<const board_registry>;
  /// Of the actor with that address here. not_found: there is none now; rejected: it is no sink.
  auto order(const std::string& address, const sink_order& what) -> result<void>;
  /// What aggregators and sinks here have of a collector's streams, or of chunks, as those say that answer within `patience`.
  auto ask_receivers(const ask_positions& what, duration patience) -> std::map<std::string, known_positions>;
  auto ask_receivers(const ask_had& what, duration patience) -> std::map<std::string, known_had>;
  /// It ends as if it had failed, and its supervisor starts it again from what is durable.
  auto restart(const std::string& address, const std::string& by) -> result<void>;
  /// Has a node that is connected do something, whichever dialled; blocks until it says what came of it. not_found: there
  /// is no such node.
  auto command(const std::string& other, const node_command& what, duration patience = inquiry_patience) -> result<std::string>;
  /// The same of every node that is connected, or of those of them, side by side.
  auto ask_all(const node_command& what, duration patience, const std::set<std::string>* only = nullptr)
      -> std::vector<node_answer>;
  /// Has the cluster take a node for gone for good, as `by` wants it, unless it answers. Blocks. A node whose word about others
  /// nobody takes passes that on to one that serves.
  auto forget(const std::string& other, const std::string& by) -> result<std::string>;
  /// The same by the word of another node, which has tried to reach it as far as it can; quick.
  auto give_up(const std::string& other, const std::string& by) -> result<std::string>;
  /// This node's and those of every node that is connected.
  auto observe_cluster() -> std::vector<node_report>;

private:
  struct running;
  explicit node(std::unique_ptr<running> state);
  std::unique_ptr<running> state_;
};

} // namespace weir
