#include "topology/node.hpp"

#include "actors/system/dialer.hpp"
#include "actors/system/directory.hpp"
#include "actors/system/failure.hpp"
#include "actors/system/gate.hpp"
#include "actors/system/guardian.hpp"
#include "actors/system/node_connection.hpp"
#include "actors/system/node_link.hpp"
#include "runtime/net/listener.hpp"
#include "runtime/os/poller.hpp"
#include "runtime/os/random.hpp"
#include "topology/builder.hpp"
#include "topology/process_needs.hpp"
#include "topology/rights.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto observe_timeout = 5s;
constexpr auto links_timeout = 1s; // these answer at once

/// These have no supervisor, and without them the node would be deaf.
void end_node_with(const caf::actor& who, std::string name, std::function<void(const std::string&)> on_failed) {
  who->attach_functor([system = &who->home_system(), name = std::move(name),
                       on_failed = std::move(on_failed)](const caf::error& reason) {
    if (reason && reason != caf::exit_reason::user_shutdown)
      on_failed("its " + name + " failed: " + failure_text(*system, reason));
  });
}

auto own_address(const topology_plan& plan, const std::string& name) -> const node_address* {
  const auto at =
      std::find_if(plan.nodes.begin(), plan.nodes.end(), [&](const auto& n) { return n.name == name; });
  return at == plan.nodes.end() ? nullptr : &*at;
}

/// Whether `other` may host one of `wanted`; a node whose class is not written down may.
auto may_serve(const topology_plan& plan, const node_address& other, const std::vector<std::string>& wanted)
    -> bool {
  if (other.classes.empty()) return true;
  return std::any_of(wanted.begin(), wanted.end(), [&](const auto& name) {
    const auto& hosts = plan.find(name)->classes;
    return std::any_of(hosts.begin(), hosts.end(), [&](const auto& c) {
      return std::find(other.classes.begin(), other.classes.end(), c) != other.classes.end();
    });
  });
}

auto nodes_to_dial(const topology_plan& plan, const std::vector<const component_plan*>& hosted,
                   const std::string& self) -> std::vector<const node_address*> {
  auto found = std::vector<const node_address*>{};
  const auto wanted = remote_components(hosted);
  for (const auto& other : plan.nodes)
    if (!wanted.empty() && other.name != self && may_serve(plan, other, wanted)) found.push_back(&other);
  return found;
}

/// What becomes of those who connect. Of the io thread.
struct entrance {
  std::shared_ptr<wire_commons> wires;
  node_identity me;
  topology_plan plan;
  caf::actor gate;
  std::shared_ptr<const board_registry> boards;
};

void take_in(const std::shared_ptr<const entrance>& at, const std::shared_ptr<net::stranger>& who) {
  const auto wire = std::make_shared<node_wire>(at->wires, who->bytes(), caf::actor{});
  wire->expect_hello([at, who](const std::shared_ptr<node_wire>& it, const node_hello& hello) {
    if (refusal_of(at->me, hello).empty()) who->admit();
    auto rights = guest_rights{components_fed_by(at->plan, hello.node, hello.classes)};
    return at->wires->system.spawn(host_connection, it,
                                   host_connection_settings{hello, at->gate, std::move(rights), at->boards});
  });
  who->bytes()->start(wire);
}

auto open_door(net::io_thread& network, const host_port& at, net::listener_settings how, entrance leads_to)
    -> result<std::unique_ptr<net::listener>> {
  how.told_as = "nodes";
  const auto to = std::make_shared<const entrance>(std::move(leads_to));
  auto opened = net::listener::open(network, at, how, [to](const auto& who) { take_in(to, who); });
  if (opened) return opened;
  return error{errc::failed, "cannot let other nodes in: " + opened.failure().what};
}

} // namespace

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

  descriptor_budget descriptors; // this and the next outlive the actors that use them
  poller waits;
  std::shared_ptr<board_registry> boards = std::make_shared<board_registry>();
  system_config config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<net::io_thread> network; // of those that have to do with other nodes
  std::shared_ptr<wire_commons> wires;
  std::unique_ptr<net::listener> door;
  caf::actor directory_handle;
  caf::actor guardian_handle;
  caf::actor gate_handle;
  std::string name;
  std::vector<std::pair<std::string, caf::actor>> links; // by node name

  ~running() {
    door.reset();
    for (auto& [other, link] : links) caf::anon_send_exit(link, caf::exit_reason::user_shutdown);
    if (gate_handle) caf::anon_send_exit(gate_handle, caf::exit_reason::user_shutdown);
    if (guardian_handle) caf::anon_send_exit(guardian_handle, caf::exit_reason::user_shutdown);
    if (directory_handle) caf::anon_send_exit(directory_handle, caf::exit_reason::user_shutdown);
    links.clear();
    gate_handle = guardian_handle = directory_handle = nullptr;
    system->await_all_actors_done();
    // A delayed message keeps its receiver, and so its thread, though that has ended; nobody needs it now.
    system->clock().cancel_all();
    network.reset();
    wires.reset();
    system.reset();
  }

  /// Keeps connected to another node.
  void dial(const node_address& other, node_link_settings link, const std::function<void(const std::string&)>& on_failed) {
    link.name = other.name;
    link.host = other.host;
    link.port = other.port;
    link.make_dialer = [in = network.get(), with = wires](caf::event_based_actor* self) {
      return self->spawn<caf::detached>(dialer, in, with);
    };
    links.emplace_back(other.name, system->spawn(node_link, std::move(link)));
    end_node_with(links.back().second, "link to node " + other.name, on_failed);
  }
};

node::node(std::unique_ptr<running> state) : state_(std::move(state)) {}

node::~node() = default;

auto node::start(const topology_plan& plan, node_settings settings) -> result<std::unique_ptr<node>> {
  auto state = std::make_unique<running>(settings.descriptors);
  state->name = settings.name;
  state->system = std::make_unique<caf::actor_system>(state->config);
  auto& system = *state->system;
  const auto hosted = components_of(plan, settings.classes);
  auto identity = node_identity{plan.cluster, settings.name, random_id(), 0, settings.classes};
  const auto dialled = nodes_to_dial(plan, hosted, settings.name);
  auto awaited = std::vector<std::string>{};
  for (const auto* other : dialled) awaited.push_back(other->name);
  state->directory_handle = system.spawn(directory, std::move(awaited));
  end_node_with(state->directory_handle, "directory", settings.on_failed);
  const auto directory_address = caf::actor_cast<caf::actor_addr>(state->directory_handle);

  auto root = guardian_settings{};
  WEIR_TRY(root.tiers, build_tiers(plan, hosted,
                                   {settings.name, settings.source_name, settings.once, directory_address, &state->waits,
                                    &state->descriptors}));
  for (const auto& tier : root.tiers) identity.actors += tier.children.size();
  root.directory = directory_address;
  root.boards = state->boards;
  root.on_finished = std::move(settings.on_finished);
  root.on_failed = settings.on_failed;
  state->guardian_handle = system.spawn(guardian, std::move(root));
  state->gate_handle = system.spawn(gate, identity, state->directory_handle);
  end_node_with(state->gate_handle, "gate", settings.on_failed);
  const auto* at = settings.classes.empty() ? nullptr : own_address(plan, settings.name);
  if (at != nullptr || !dialled.empty()) {
    state->network = std::make_unique<net::io_thread>(settings.on_failed);
    state->wires = std::make_shared<wire_commons>(system);
  }
  if (at != nullptr) {
    auto how = net::listener_settings{};
    how.strangers_max = strangers_of(settings.descriptors.limit);
    WEIR_TRY(state->door, open_door(*state->network, {at->host, at->port}, std::move(how),
                                    {state->wires, identity, plan, state->gate_handle, state->boards}));
  }
  auto link = node_link_settings{};
  link.identity = identity;
  link.directory = directory_address;
  for (const auto* other : dialled) state->dial(*other, link, settings.on_failed);
  return std::unique_ptr<node>{new node{std::move(state)}};
}

void node::drain() { caf::anon_send(state_->guardian_handle, drain_atom::value); }

auto node::observe() -> node_report {
  auto self = caf::scoped_actor{*state_->system};
  auto report = node_report{state_->name, {}, state_->boards->observe(system_clock()), {}};
  const auto add_links = [&](const caf::actor& who) {
    self->request(who, links_timeout, links_atom::value)
        .receive([&](const std::vector<linked_node>& found) {
          report.links.insert(report.links.end(), found.begin(), found.end());
        },
                 [](const caf::error&) {});
  };
  for (const auto& [other, link] : state_->links) add_links(link);
  add_links(state_->gate_handle);
  return report;
}

auto node::observe_cluster() -> std::vector<node_report> {
  auto reports = std::vector{observe()};
  auto self = caf::scoped_actor{*state_->system};
  for (const auto& [other, link] : state_->links) {
    auto report = node_report{other, {}, {}, {}};
    self->request(link, observe_timeout, observe_atom::value)
        .receive([&](std::vector<observation>& found) { report.actors = std::move(found); },
                 [&](const caf::error& e) { report.problem = failure_text(*state_->system, e); });
    reports.push_back(std::move(report));
  }
  return reports;
}

} // namespace weir
