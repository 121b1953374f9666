/// What a running node is made of, in the order in which it has to go.
#pragma once

#include "actors/system/cluster.hpp"
#include "actors/system/directory.hpp"
#include "actors/system/gate.hpp"
#include "actors/system/guardian.hpp"
#include "runtime/net/kept_sockets.hpp"
#include "runtime/net/listener.hpp"
#include "runtime/os/poller.hpp"
#include "topology/builder/builder.hpp"
#include "topology/member_zones.hpp"
#include "topology/node.hpp"
#include "topology/node_inquirer.hpp"
#include "topology/node_links.hpp"
#include "topology/rights.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace weir {

inline constexpr auto links_timeout = std::chrono::seconds{1}; ///< those who are asked what they are connected to answer at once

/// Of a node by that name under nodes:; null: there is none.
auto own_address(const topology_plan& plan, const std::string& name) -> const node_address*;

struct node::running {
  struct system_config : caf::actor_system_config {
    system_config() {
      // Sharing costs nothing when idle; stealing polls. A busy actor must let the others of its thread in.
      set("scheduler.policy", caf::atom("sharing"));
      set("scheduler.max-threads", std::size_t{2});
      set("scheduler.max-throughput", std::size_t{50});
    }
  };

  explicit running(const descriptor_plan& planned) : descriptors(planned) {}

  descriptor_budget descriptors; // this and the next two outlive the actors that use them
  poller waits;
  net::kept_sockets kept_doors;
  std::shared_ptr<board_registry> boards = std::make_shared<board_registry>();
  system_config config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<net::io_thread> network; // of those that have to do with other nodes
  std::shared_ptr<wire_commons> wires;
  std::shared_ptr<net::tls_files> tls; ///< null: connections are plain
  std::unique_ptr<net::tls_watch> tls_watch;
  std::unique_ptr<net::listener> door;
  directory_actor directory_handle;
  guardian_actor guardian_handle;
  gate_actor gate_handle;
  cluster_actor cluster_handle; ///< null where all runs in one process
  build_context builds; // what it keeps goes after the actors
  std::shared_ptr<current_plan> plan;
  node_settings settings;
  node_link_settings link;
  std::string name;
  std::unique_ptr<node_links> links; ///< the same
  std::shared_ptr<member_zones> zones = std::make_shared<member_zones>();
  std::mutex members_guard;
  std::vector<member> members; // the others
  std::set<std::string> lost;  // of them
  bool is_started = false;     // dialling is
  bool is_changing = false;    // the plan is: whom the old one wants is kept

  ~running();
  auto reload_by(const reload_manner& how) const -> reload_settings {
    return {settings.classes, builds, guardian_handle, {}, how.discards, how.patience, how.is_over};
  }
  /// Of what listens by this plan.
  void keep_doors(const topology_plan& by);
  /// Whom all those hang on that move data.
  void spawn_guardian(std::function<void()> on_finished);
  /// Lets other nodes in, when all is here that they are told of.
  auto open_to_others(const topology_plan& by) -> result<void>;
  /// Where a node that is not under nodes: lets others in is the same for all that serve.
  auto place_of_door(const topology_plan& by) const -> std::optional<host_port>;
  auto answers() const -> node_answers { return {boards, settings.obey}; }
  auto dialling_by() const -> dialling;
  auto open_network(const topology_plan& by) -> result<void>;
  void spawn_cluster(const topology_plan& by);
  void on_members(const std::vector<member>& now, const std::set<std::string>& lost_now);
  /// Whom a plan wants, by what is known of the others.
  void dial(const topology_plan& by, bool keeps_others);
  void change_dialling(const topology_plan& by, bool goes_on_changing);
  auto address_of(const std::string& other) -> std::optional<host_port>;
  /// What leads to it now, whoever dialled; null: nothing.
  auto connection_to(const std::string& other) const -> caf::actor;
  /// Of `other` something answers, by a connection that is there or one that is made.
  auto reach(node_inquirer& by, const std::string& other) -> result<caf::actor>;
  auto hello_for_talk() const -> node_hello;
  auto give_up(const give_up_order& order) const -> result<std::string>;
  auto pass_on_forget(node& self, const std::string& other, const std::string& by) -> result<std::string>;
  auto others_up() -> std::vector<member>;
  auto is_up(const std::string& other) -> bool;
  /// Every node that is connected, whoever dialled, with what answers for it.
  auto reached() const -> std::vector<std::pair<std::string, caf::actor>>;
  auto linked() const { return links ? links->all() : std::vector<std::pair<std::string, caf::actor>>{}; }
  /// The others need not find out.
  void leave_cluster();
};

} // namespace weir
