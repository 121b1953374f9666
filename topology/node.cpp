#include "topology/node.hpp"

#include "actors/system/dialer.hpp"
#include "actors/system/directory.hpp"
#include "actors/system/failure.hpp"
#include "actors/system/gate.hpp"
#include "actors/system/guardian.hpp"
#include "actors/system/node_connection.hpp"
#include "actors/system/node_link.hpp"
#include "runtime/net/kept_sockets.hpp"
#include "runtime/net/listener.hpp"
#include "runtime/os/poller.hpp"
#include "runtime/os/random.hpp"
#include "runtime/os/threads.hpp"
#include "topology/builder/builder.hpp"
#include "topology/classes.hpp"
#include "topology/process_needs.hpp"
#include "topology/rights.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <tuple>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto observe_timeout = 5s;
constexpr auto links_timeout = 1s; // these answer at once

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
    return share_a_class(plan.find(name)->classes, other.classes);
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

auto is_among(const node_address& one, const std::vector<const node_address*>& all) -> bool {
  return std::any_of(all.begin(), all.end(), [&](const auto* other) {
    return other->name == one.name && other->host == one.host && other->port == one.port;
  });
}

/// What becomes of those who connect. Of the io thread.
struct entrance {
  std::shared_ptr<wire_commons> wires;
  node_identity me;
  std::shared_ptr<const current_plan> plan;
  gate_actor gate;
  std::shared_ptr<const board_registry> boards;
};

void take_in(const std::shared_ptr<const entrance>& at, const std::shared_ptr<net::stranger>& who) {
  const auto wire = std::make_shared<node_wire>(at->wires, who->bytes(), caf::actor{});
  wire->expect_hello([at, who](const std::shared_ptr<node_wire>& it, const node_hello& hello) {
    if (refusal_of(at->me, hello).empty()) who->admit();
    auto rights = guest_rights{{}, rights_now(at->plan, hello.node, hello.classes)};
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

  descriptor_budget descriptors; // this and the next two outlive the actors that use them
  poller waits;
  net::kept_sockets kept_doors;
  std::shared_ptr<board_registry> boards = std::make_shared<board_registry>();
  system_config config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<net::io_thread> network; // of those that have to do with other nodes
  std::shared_ptr<wire_commons> wires;
  std::unique_ptr<net::listener> door;
  directory_actor directory_handle;
  guardian_actor guardian_handle;
  gate_actor gate_handle;
  build_context builds; // what it keeps goes after the actors
  std::shared_ptr<current_plan> plan;
  node_settings settings;
  node_link_settings link;
  std::string name;
  std::mutex links_guard;
  std::vector<std::pair<std::string, caf::actor>> links; // by node name

  ~running() {
    door.reset();
    for (auto& [other, who] : links) caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
    if (gate_handle) caf::anon_send_exit(gate_handle, caf::exit_reason::user_shutdown);
    if (guardian_handle) caf::anon_send_exit(guardian_handle, caf::exit_reason::user_shutdown);
    if (directory_handle) caf::anon_send_exit(directory_handle, caf::exit_reason::user_shutdown);
    links.clear();
    gate_handle = nullptr;
    guardian_handle = nullptr;
    directory_handle = nullptr;
    system->await_all_actors_done();
    // A delayed message keeps its receiver, and so its thread, though that has ended; nobody needs it now.
    system->clock().cancel_all();
    network.reset();
    wires.reset();
    system.reset();
  }

  /// Keeps connected to another node, wherever that was before.
  void dial(const node_address& other) {
    hang_up(other.name);
    open_network();
    auto to = link;
    to.name = other.name;
    to.host = other.host;
    to.port = other.port;
    to.make_dialer = [in = network.get(), with = wires](caf::event_based_actor* self) {
      return self->spawn<caf::detached>(dialer, in, with);
    };
    auto made = system->spawn(node_link, std::move(to));
    end_node_with(*caf::actor_cast<caf::abstract_actor*>(made), "link to node " + other.name, settings.on_failed);
    const auto lock = std::lock_guard{links_guard};
    links.emplace_back(other.name, std::move(made));
  }
  /// Those that are new, or elsewhere now.
  void dial_instead(const std::vector<const node_address*>& before, const std::vector<const node_address*>& now) {
    for (const auto* other : now)
      if (!is_among(*other, before)) dial(*other);
  }
  void hang_up_all_but(const std::vector<const node_address*>& kept) {
    for (const auto& [other, who] : linked())
      if (std::none_of(kept.begin(), kept.end(), [&](const auto* k) { return k->name == other; })) hang_up(other);
  }
  void hang_up(const std::string& other) {
    const auto lock = std::lock_guard{links_guard};
    for (const auto& [name_of, link_to] : links)
      if (name_of == other) caf::anon_send_exit(link_to, caf::exit_reason::user_shutdown);
    std::erase_if(links, [&](const auto& l) { return l.first == other; });
  }
  auto linked() -> std::vector<std::pair<std::string, caf::actor>> {
    const auto lock = std::lock_guard{links_guard};
    return links;
  }
  void open_network() {
    if (network) return;
    network = std::make_unique<net::io_thread>(settings.on_failed);
    wires = std::make_shared<wire_commons>(*system);
  }
  auto reload_by(const reload_manner& how) const -> reload_settings {
    return {settings.classes, builds, guardian_handle, {}, how.discards, how.patience, how.is_over};
  }
  /// Of what listens by this plan.
  void keep_doors(const topology_plan& by) {
    auto places = std::vector<std::string>{};
    for (const auto* c : components_of(by, settings.classes))
      for (auto& what : held_by(*c, name)) places.push_back(std::move(what));
    kept_doors.keep_only(places);
  }
  /// Whom all those hang on that move data.
  void spawn_guardian(std::function<void()> on_finished) {
    auto root = guardian_settings{};
    root.tiers.resize(supervisors_of_a_node);
    root.directory = directory_handle;
    root.boards = boards;
    root.on_finished = std::move(on_finished);
    root.on_failed = settings.on_failed;
    guardian_handle = system->spawn(guardian, std::move(root));
    end_node_with(*guardian_handle, "guardian", settings.on_failed);
  }
  /// Lets other nodes in, when all is here that they are told of.
  auto open_to_others(const topology_plan& by) -> result<void> {
    gate_handle = system->spawn(gate, link.identity, directory_handle);
    end_node_with(*gate_handle, "gate", settings.on_failed);
    const auto* at = settings.classes.empty() ? nullptr : own_address(by, name);
    if (at == nullptr) return {};
    open_network();
    auto how = net::listener_settings{};
    how.strangers_max = strangers_of(settings.descriptors.limit);
    auto leads_to = entrance{wires, link.identity, plan, gate_handle, boards};
    WEIR_TRY(door, open_door(*network, {at->host, at->port}, std::move(how), std::move(leads_to)));
    return {};
  }
  auto nodes_to_dial(const topology_plan& by) const -> std::vector<const node_address*> {
    return weir::nodes_to_dial(by, components_of(by, settings.classes), name);
  }
};

node::node(std::unique_ptr<running> state) : state_(std::move(state)) {}

node::~node() = default;

auto node::start(const topology_plan& plan, node_settings settings) -> result<std::unique_ptr<node>> {
  auto state = std::make_unique<running>(settings.descriptors);
  auto& s = *state;
  s.name = settings.name;
  s.settings = settings;
  s.plan = std::make_shared<current_plan>(std::make_shared<const topology_plan>(plan));
  s.system = std::make_unique<caf::actor_system>(s.config);
  const auto dialled = s.nodes_to_dial(plan);
  auto awaited = std::vector<std::string>{};
  for (const auto* other : dialled) awaited.push_back(other->name);
  s.directory_handle = s.system->spawn(directory, std::move(awaited));
  end_node_with(*s.directory_handle, "directory", settings.on_failed);
  s.link.identity = {plan.cluster, settings.name, random_id(), 0, settings.classes};
  for (const auto* c : components_of(plan, settings.classes)) s.link.identity.actors += instances_of(*c);
  s.link.directory = s.directory_handle;
  s.builds = {settings.name, settings.source_name, settings.once,  s.directory_handle,
              &s.waits,      &s.descriptors,       &s.kept_doors};
  s.spawn_guardian(std::move(settings.on_finished));
  auto how = s.reload_by({});
  how.open_doors = [&] { return s.open_to_others(plan); };
  WEIR_CHECK(reload_actors(*s.system, topology_plan{}, plan, how));
  for (const auto* other : dialled) s.dial(*other);
  return std::unique_ptr<node>{new node{std::move(state)}};
}

namespace {

/// Whether the process may have what the plan needs more than the one that runs.
auto check_means(const topology_plan& running, const topology_plan& wanted, const node_settings& settings)
    -> result<void> {
  const auto hosted = components_of(wanted, settings.classes);
  const auto lack = lack_of_descriptors(descriptors_of(wanted, hosted, settings.descriptors.limit));
  if (!lack.empty()) return error{errc::failed, lack};
  const auto had = threads_of(running, components_of(running, settings.classes));
  const auto needed = threads_of(wanted, hosted);
  return needed > had ? try_threads(needed - had) : result<void>{};
}

auto reserved_by(const topology_plan& plan, const node_settings& settings) -> std::ptrdiff_t {
  const auto hosted = components_of(plan, settings.classes);
  return static_cast<std::ptrdiff_t>(descriptors_of(plan, hosted, settings.descriptors.limit).reserved);
}

} // namespace

auto node::changes_to(const topology_plan& wanted) const -> plan_changes {
  return diff(*state_->plan->get(), wanted, state_->settings.classes);
}

auto node::reload(const topology_plan& wanted, reload_manner how) -> result<reload_outcome> {
  auto& s = *state_;
  const auto before = s.plan->get();
  if (const auto why = wants_restart(*before, wanted, s.name); !why.empty())
    return error{errc::rejected, why + ": that wants a restart"};
  WEIR_CHECK(check_means(*before, wanted, s.settings));
  const auto next = std::make_shared<const topology_plan>(wanted);
  const auto dialled_before = s.nodes_to_dial(*before);
  const auto dialled = s.nodes_to_dial(*next);
  s.dial_instead(dialled_before, dialled);
  s.plan->set(next); // who may send to what is new may do so as soon as that is there
  auto done = reload_actors(*s.system, *before, *next, s.reload_by(how));
  s.keep_doors(done ? *next : *before);
  if (!done) s.plan->set(before);
  if (!done) s.dial_instead(dialled, dialled_before);
  s.hang_up_all_but(done ? dialled : dialled_before);
  if (done) s.descriptors.reserve(reserved_by(*next, s.settings) - reserved_by(*before, s.settings));
  return done;
}

/// Who does not answer has ended, and so does the node.
void node::drain() {
  std::ignore = reload_actors(*state_->system, *state_->plan->get(), topology_plan{}, state_->reload_by({}));
}

auto node::observe() -> node_report {
  auto self = caf::scoped_actor{*state_->system};
  auto report = node_report{state_->name, {}, state_->boards->observe(system_clock()), {}};
  const auto add_links = [&](const auto& who) {
    self->request(who, links_timeout, links_atom::value)
        .receive([&](const std::vector<linked_node>& found) {
          report.links.insert(report.links.end(), found.begin(), found.end());
        },
                 [](const caf::error&) {});
  };
  for (const auto& [other, link] : state_->linked()) add_links(link);
  add_links(state_->gate_handle);
  return report;
}

auto node::observe_cluster() -> std::vector<node_report> {
  auto reports = std::vector{observe()};
  auto self = caf::scoped_actor{*state_->system};
  for (const auto& [other, link] : state_->linked()) {
    auto report = node_report{other, {}, {}, {}};
    self->request(link, observe_timeout, observe_atom::value)
        .receive([&](std::vector<observation>& found) { report.actors = std::move(found); },
                 [&](const caf::error& e) { report.problem = failure_text(*state_->system, e); });
    reports.push_back(std::move(report));
  }
  return reports;
}

} // namespace weir
