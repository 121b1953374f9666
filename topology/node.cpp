#include "topology/node.hpp"

#include "actors/system/cluster.hpp"
#include "actors/system/directory.hpp"
#include "actors/system/failure.hpp"
#include "actors/system/gate.hpp"
#include "actors/system/guardian.hpp"
#include "actors/system/node_connection.hpp"
#include "runtime/net/kept_sockets.hpp"
#include "runtime/net/listener.hpp"
#include "runtime/os/host_name.hpp"
#include "runtime/os/poller.hpp"
#include "runtime/os/threads.hpp"
#include "topology/actor_orders.hpp"
#include "topology/builder/builder.hpp"
#include "topology/classes.hpp"
#include "topology/cluster_view.hpp"
#include "topology/node_inquirer.hpp"
#include "topology/node_links.hpp"
#include "topology/process_needs.hpp"
#include "topology/rights.hpp"
#include "topology/routing.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <tuple>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto observe_timeout = 1500ms; // one that does not answer is told within 2 s
constexpr auto links_timeout = 1s; // these answer at once

auto own_address(const topology_plan& plan, const std::string& name) -> const node_address* {
  const auto at =
      std::find_if(plan.nodes.begin(), plan.nodes.end(), [&](const auto& n) { return n.name == name; });
  return at == plan.nodes.end() ? nullptr : &*at;
}

/// Where others find what listens there.
auto reached_at(const topology_plan& plan, const host_port& listens, std::uint16_t port) -> host_port {
  if (plan.joining.advertise) return *plan.joining.advertise;
  return {is_wildcard(listens.host) ? own_host_name() : listens.host, port};
}

/// With this node's name filled in.
auto own_files(net::tls_settings files, const std::string& node) -> net::tls_settings {
  for (auto* path : {&files.certificate, &files.key, &files.authorities, &files.revoked}) fill_in_node(*path, node);
  return files;
}

/// Whether a seed is this node itself, as far as names tell.
auto is_own_place(const seed& s, const joining_plan& by) -> bool {
  if (s.is != seed::kind::address) return false;
  const auto is_at = [&](const std::optional<host_port>& place) {
    return place && place->port == s.port && (place->host == s.name || (is_wildcard(place->host) && s.name == own_host_name()));
  };
  return is_at(by.listen) || is_at(by.advertise);
}

/// What becomes of those who connect. Of the io thread.
struct entrance {
  std::shared_ptr<wire_commons> wires;
  node_identity me;
  std::shared_ptr<const current_plan> plan;
  gate_actor gate;
  node_answers answers;
  cluster_actor cluster;
  duration down_after;
};

/// Why who says this is not who it says, or may not be what it says; empty if it is and may.
auto doubt_at(const entrance& at, const node_wire& wire, const node_hello& hello) -> std::string {
  if (auto why = wire.doubt_of(hello.node); !why.empty()) return why;
  return why_not_as(*at.plan->get(), hello.node, hello.classes);
}

void take_in(const std::shared_ptr<const entrance>& at, const std::shared_ptr<net::stranger>& who) {
  const auto wire = std::make_shared<node_wire>(at->wires, who->bytes(), caf::actor{});
  wire->expect_hello([at, who](const std::shared_ptr<node_wire>& it, const node_hello& hello) {
    const auto doubt = doubt_at(*at, *it, hello);
    if (doubt.empty() && refusal_of(at->me, hello).empty()) who->admit();
    if (!doubt.empty()) it->tell_refused(hello.node, "it is refused: " + doubt);
    auto rights = guest_rights{{}, rights_now(at->plan, hello.node, hello.classes), may_now(at->plan, hello.node, hello.classes)};
    auto admitted = hello;
    admitted.serves = hello.serves && may_serve_as(*at->plan->get(), hello.node, hello.classes);
    auto settings = host_connection_settings{std::move(admitted), at->gate,      std::move(rights), at->answers,
                                             at->cluster,         at->down_after, at->me.node,       doubt};
    return at->wires->system.spawn(host_connection, it, std::move(settings));
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

/// Those that may have what nobody else would know (`on_unknown: wait`).
auto awaited_of(const topology_plan& plan, const std::vector<node_address>& nodes) -> await_nodes {
  auto awaited = await_nodes{};
  const auto waits = [](const component_plan& c) {
    const auto* sink = std::get_if<sink_plan>(&c.details);
    return sink != nullptr && sink->unsure_for > duration{0};
  };
  if (std::none_of(plan.components.begin(), plan.components.end(), waits)) return awaited;
  for (const auto& c : plan.components) {
    if (unsure_for(plan, c) == duration{0}) continue;
    for (const auto& n : nodes)
      if (n.classes.empty() || share_a_class(n.classes, c.classes)) awaited.components[n.name].push_back(c.name);
  }
  return awaited;
}

} // namespace

/// Where nodes are; asked by whoever places copies, in any thread.
class member_zones {
public:
  void set(const std::vector<member>& others, const std::string& self, const std::string& own_zone) {
    auto zones = std::map<std::string, std::string>{{self, own_zone}};
    for (const auto& m : others) zones[m.node] = m.zone;
    const auto lock = std::lock_guard{guard_};
    zones_ = std::move(zones);
  }
  auto zone_of(const std::string& node) const -> std::string {
    const auto lock = std::lock_guard{guard_};
    const auto at = zones_.find(node);
    return at == zones_.end() ? std::string{} : at->second;
  }

private:
  mutable std::mutex guard_;
  std::map<std::string, std::string> zones_;
};

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

  ~running() {
    door.reset();
    leave_cluster();
    {
      const auto lock = std::lock_guard{members_guard};
      is_started = false;
    }
    links.reset();
    if (cluster_handle) caf::anon_send_exit(cluster_handle, caf::exit_reason::user_shutdown);
    if (gate_handle) caf::anon_send_exit(gate_handle, caf::exit_reason::user_shutdown);
    if (guardian_handle) caf::anon_send_exit(guardian_handle, caf::exit_reason::user_shutdown);
    if (directory_handle) caf::anon_send_exit(directory_handle, caf::exit_reason::user_shutdown);
    cluster_handle = nullptr;
    gate_handle = nullptr;
    guardian_handle = nullptr;
    directory_handle = nullptr;
    system->await_all_actors_done();
    // A delayed message keeps its receiver, and so its thread, though that has ended; nobody needs it now.
    system->clock().cancel_all();
    tls_watch.reset();
    network.reset();
    wires.reset();
    system.reset();
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
    const auto at = place_of_door(by);
    if (!at) return {};
    auto how = net::listener_settings{};
    how.strangers_max = strangers_of(settings.descriptors.limit);
    how.tls = tls;
    auto leads_to = entrance{wires, link.identity, plan, gate_handle, answers(), cluster_handle, by.joining.down_after};
    WEIR_TRY(door, open_door(*network, *at, std::move(how), std::move(leads_to)));
    caf::anon_send(cluster_handle, advertise_atom::value, to_text(reached_at(by, *at, door->port())));
    return {};
  }
  /// Where a node that is not under nodes: lets others in is the same for all that serve.
  auto place_of_door(const topology_plan& by) const -> std::optional<host_port> {
    if (settings.classes.empty()) return std::nullopt;
    if (const auto* own = own_address(by, name); own != nullptr) return host_port{own->host, own->port};
    return link.identity.serves ? by.joining.listen : std::nullopt;
  }
  auto answers() const -> node_answers { return {boards, settings.obey}; }
  auto dialling_by() const -> dialling {
    return {network.get(), wires, cluster_handle, tls, answers(),
            [at = plan](const std::string& node, const auto& classes) { return may_now(at, node, classes); }};
  }
  auto open_network(const topology_plan& by) -> result<void> {
    network = std::make_unique<net::io_thread>(settings.on_failed);
    wires = std::make_shared<wire_commons>(*system);
    if (!by.joining.tls) return {};
    auto opened = net::tls_files::open(own_files(*by.joining.tls, name));
    if (!opened) return error{errc::failed, "cluster: tls: " + opened.failure().what};
    tls = std::move(*opened);
    tls_watch = std::make_unique<net::tls_watch>(*network, tls);
    return {};
  }
  void spawn_cluster(const topology_plan& by) {
    auto s = cluster_settings{};
    s.membership = {by.joining.heartbeat, by.joining.down_after};
    s.membership.seed = link.identity.incarnation;
    s.self = member_of(by, name, settings.classes);
    s.self.version.incarnation = link.identity.incarnation;
    s.self.program = settings.program;
    s.self.protocol = protocol_version;
    s.self.topology = settings.topology;
    s.identity = link.identity;
    s.seeds = by.joining.seeds;
    s.seeds.insert(s.seeds.end(), settings.seeds.begin(), settings.seeds.end());
    if (link.identity.serves) std::erase_if(s.seeds, [&](const seed& one) { return is_own_place(one, by.joining); });
    s.on_members = [this](const auto& now, const auto& lost_now) { on_members(now, lost_now); };
    s.make_introducer = [with = dialling_by()](const cluster_actor& of) {
      auto its = with;
      its.cluster = of;
      return with.commons->system.spawn<caf::detached>(introducer, std::move(its));
    };
    cluster_handle = system->spawn(cluster, std::move(s));
    end_node_with(*cluster_handle, "cluster", settings.on_failed);
    link.pulse = by.joining.heartbeat;
    link.down_after = by.joining.down_after;
    links = std::make_unique<node_links>(*system, link, dialling_by(), settings.on_failed);
  }
  void on_members(const std::vector<member>& now, const std::set<std::string>& lost_now) {
    const auto lock = std::lock_guard{members_guard};
    members = now;
    lost = lost_now;
    zones->set(now, name, plan->get()->joining.zone);
    if (is_started) dial(*plan->get(), is_changing);
  }
  /// Whom a plan wants, by what is known of the others.
  void dial(const topology_plan& by, bool keeps_others) {
    if (!links) return;
    const auto wanted = nodes_to_dial(by, components_of(by, settings.classes), name, members, lost);
    links->dial(wanted, keeps_others);
    caf::anon_send(directory_handle, awaited_of(by, wanted));
  }
  void change_dialling(const topology_plan& by, bool goes_on_changing) {
    const auto lock = std::lock_guard{members_guard};
    is_started = true;
    is_changing = goes_on_changing;
    dial(by, is_changing);
  }
  auto address_of(const std::string& other) -> std::optional<host_port>;
  /// What leads to it now, whoever dialled; null: nothing.
  auto connection_to(const std::string& other) const -> caf::actor;
  /// Of `other` something answers, by a connection that is there or one that is made.
  auto reach(node_inquirer& by, const std::string& other) -> result<caf::actor>;
  auto hello_for_talk() const -> node_hello;
  auto give_up(const give_up_order& order) const -> result<std::string>;
  auto pass_on_forget(node& self, const std::string& other, const std::string& by) -> result<std::string>;
  auto others_up() {
    const auto lock = std::lock_guard{members_guard};
    auto up = members;
    std::erase_if(up, [](const member& m) { return is_gone(m.state); });
    return up;
  }
  auto is_up(const std::string& other) {
    const auto all = others_up();
    return std::any_of(all.begin(), all.end(), [&](const member& m) { return m.node == other; });
  }
  /// Every node that is connected, whoever dialled, with what answers for it.
  auto reached() const -> std::vector<std::pair<std::string, caf::actor>>;
  auto linked() const { return links ? links->all() : std::vector<std::pair<std::string, caf::actor>>{}; }
  /// The others need not find out.
  void leave_cluster() {
    if (!cluster_handle) return;
    auto self = caf::scoped_actor{*system};
    self->request(cluster_handle, 1s, leave_atom::value).receive([](leave_atom) {}, [](const caf::error&) {});
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
  const auto hosted = components_of(plan, settings.classes);
  auto awaited = std::vector<std::string>{};
  for (const auto& other : nodes_to_dial(plan, hosted, settings.name, {})) awaited.push_back(other.name);
  s.directory_handle = s.system->spawn(directory, std::move(awaited));
  end_node_with(*s.directory_handle, "directory", settings.on_failed);
  const auto incarnation = static_cast<std::uint64_t>(system_clock().wall_ns());
  s.link.identity = {plan.cluster, settings.name, incarnation, 0, settings.classes, serves(hosted)};
  for (const auto* c : hosted) s.link.identity.actors += instances_of(*c);
  s.link.directory = s.directory_handle;
  if (!settings.classes.empty()) {
    WEIR_CHECK(s.open_network(plan));
    s.spawn_cluster(plan);
  }
  s.builds = {settings.name, settings.source_name, settings.once,  s.directory_handle,
              &s.waits,      &s.descriptors,       &s.kept_doors, [of = s.zones](const auto& other) { return of->zone_of(other); },
              settings.classes.empty()};
  s.spawn_guardian(std::move(settings.on_finished));
  auto how = s.reload_by({});
  how.open_doors = [&] { return s.open_to_others(plan); };
  WEIR_CHECK(reload_actors(*s.system, topology_plan{}, plan, how));
  s.change_dialling(plan, false);
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
  if (s.tls)
    if (const auto renewed = s.tls->renew(); !renewed) return error{errc::failed, "cluster: tls: " + renewed.failure().what};
  WEIR_CHECK(check_means(*before, wanted, s.settings));
  const auto next = std::make_shared<const topology_plan>(wanted);
  s.change_dialling(*next, true);
  s.plan->set(next); // who may send to what is new may do so as soon as that is there
  auto done = reload_actors(*s.system, *before, *next, s.reload_by(how));
  s.keep_doors(done ? *next : *before);
  if (!done) s.plan->set(before);
  s.change_dialling(done ? *next : *before, false);
  if (done && s.cluster_handle)
    caf::anon_send(s.cluster_handle, self_changed{member_of(*next, s.name, s.settings.classes).components, how.topology});
  if (done) s.descriptors.reserve(reserved_by(*next, s.settings) - reserved_by(*before, s.settings));
  return done;
}

/// Who does not answer has ended, and so does the node.
void node::drain() {
  if (state_->cluster_handle) caf::anon_send(state_->cluster_handle, drain_atom::value);
  std::ignore = reload_actors(*state_->system, *state_->plan->get(), topology_plan{}, state_->reload_by({}));
}

auto node::members() -> std::vector<member_view> {
  auto all = std::vector<member_view>{};
  if (!state_->cluster_handle) return all;
  auto self = caf::scoped_actor{*state_->system};
  self->request(state_->cluster_handle, links_timeout, members_atom::value)
      .receive([&](std::vector<member_view>& found) { all = std::move(found); }, [](const caf::error&) {});
  return all;
}

auto node::figures() const -> std::vector<observation> { return state_->boards->observe(system_clock()); }

auto node::observe() -> node_report {
  auto self = caf::scoped_actor{*state_->system};
  auto report = node_report{state_->name, {}, figures(), {}, why_alone()};
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

auto node::running::reached() const -> std::vector<std::pair<std::string, caf::actor>> {
  auto found = linked();
  auto self = caf::scoped_actor{*system};
  self->request(gate_handle, links_timeout, guests_atom::value)
      .receive(
          [&](const std::vector<guest_node>& guests) {
            for (const auto& g : guests)
              if (std::none_of(found.begin(), found.end(), [&](const auto& f) { return f.first == g.node; }))
                found.emplace_back(g.node, g.connection);
          },
          [](const caf::error&) {});
  return found;
}

auto node::observe_cluster() -> std::vector<node_report> {
  auto reports = std::vector{observe()};
  const auto others = state_->reached();
  auto self = caf::scoped_actor{*state_->system};
  using question = decltype(self->request(caf::actor{}, observe_timeout, observe_atom::value));
  auto asked = std::vector<question>{};
  for (const auto& [other, at] : others) asked.push_back(self->request(at, observe_timeout, observe_atom::value));
  for (std::size_t i = 0; i < others.size(); ++i) {
    auto report = node_report{others[i].first, {}, {}, {}, {}};
    asked[i].receive([&](std::vector<observation>& found) { report.actors = std::move(found); },
                     [&](const caf::error& e) { report.problem = failure_text(*state_->system, e); });
    reports.push_back(std::move(report));
  }
  return reports;
}

auto node::order(const std::string& address, const sink_order& what) -> result<void> {
  return order_sink(*state_->system, state_->guardian_handle, address, what);
}

auto node::restart(const std::string& address, const std::string& by) -> result<void> {
  return restart_actor(*state_->system, state_->guardian_handle, address, by);
}

auto node::running::address_of(const std::string& other) -> std::optional<host_port> {
  const auto lock = std::lock_guard{members_guard};
  for (const auto& m : members)
    if (m.node == other)
      if (const auto at = parse_host_port(m.address)) return *at;
  const auto by = plan->get();
  if (const auto* fixed = own_address(*by, other)) return host_port{fixed->host, fixed->port};
  return std::nullopt;
}

auto node::running::connection_to(const std::string& other) const -> caf::actor {
  auto self = caf::scoped_actor{*system};
  auto found = caf::actor{};
  for (const auto& [peer, at] : linked()) {
    if (peer != other) continue;
    self->request(at, links_timeout, links_atom::value)
        .receive([&, at = at](const std::vector<linked_node>& seen) { found = seen.at(0).is_connected ? at : caf::actor{}; },
                 [](const caf::error&) {});
  }
  if (found) return found;
  self->request(gate_handle, links_timeout, guests_atom::value)
      .receive(
          [&](const std::vector<guest_node>& guests) {
            for (const auto& g : guests)
              if (g.node == other) found = g.connection;
          },
          [](const caf::error&) {});
  return found;
}

auto node::running::hello_for_talk() const -> node_hello {
  const auto& me = link.identity;
  auto hello = node_hello{protocol_version, me.cluster, me.node, me.incarnation, me.classes, protocol_oldest, me.serves};
  hello.introduces = true;
  return hello;
}

/// One that has just joined may be known by what others say, and connect in a moment.
auto node::running::reach(node_inquirer& by, const std::string& other) -> result<caf::actor> {
  constexpr auto joins_within = 5s;
  const auto until = std::chrono::steady_clock::now() + joins_within;
  while (true) {
    if (auto found = connection_to(other)) return found;
    if (const auto at = address_of(other)) return by.dial(dialling_by(), *at, hello_for_talk());
    if (!is_up(other) || std::chrono::steady_clock::now() > until) break;
    std::this_thread::sleep_for(100ms);
  }
  return error{errc::not_found, "this node has no connection to \"" + other + "\", and knows no address of it"};
}

auto node::ask_all(const node_command& what, duration patience) -> std::vector<node_answer> {
  return ask_side_by_side(*state_->system, state_->reached(), what, patience);
}

auto node::command(const std::string& other, const node_command& what, duration patience) -> result<std::string> {
  auto line = node_inquirer{*state_->system, patience};
  WEIR_TRY(const auto at, state_->reach(line, other));
  return line.ask(at, what);
}

auto node::why_alone() -> std::string {
  auto why = std::string{};
  if (!state_->cluster_handle) return why;
  auto self = caf::scoped_actor{*state_->system};
  self->request(state_->cluster_handle, links_timeout, alone_atom::value)
      .receive([&](std::string& text) { why = std::move(text); }, [](const caf::error&) {});
  return why;
}

auto node::give_up(const std::string& other, const std::string& by) -> result<std::string> {
  return state_->give_up({other, by, false});
}

auto node::forget(const std::string& other, const std::string& by) -> result<std::string> {
  auto& s = *state_;
  if (!s.cluster_handle) return error{errc::rejected, "this node runs alone: there are no others"};
  if (!s.link.identity.serves) return s.pass_on_forget(*this, other, by);
  const auto at = s.address_of(other);
  auto is_unreachable = false;
  if (at && other != s.name) {
    auto line = node_inquirer{*s.system, inquiry_patience};
    is_unreachable = !line.dial(s.dialling_by(), *at, s.hello_for_talk());
    if (!is_unreachable) return error{errc::rejected, "node \"" + other + "\" answers: weir drain ends it"};
  }
  return s.give_up({other, by, is_unreachable});
}

auto node::running::give_up(const give_up_order& order) const -> result<std::string> {
  auto done = result<std::string>{error{errc::unavailable, "it does not answer"}};
  auto self = caf::scoped_actor{*system};
  self->request(cluster_handle, links_timeout, order)
      .receive([&](give_up_atom) { done = "node \"" + order.node + "\" is given up for good\n"; },
               [&](const caf::error& e) { done = error{errc::rejected, failure_text(*system, e)}; });
  return done;
}

/// To those who serve, until one takes it.
auto node::running::pass_on_forget(node& self, const std::string& other, const std::string& by) -> result<std::string> {
  auto came = result<std::string>{error{errc::unavailable, "this node only collects, and no node that serves is there"}};
  for (const auto& m : others_up()) {
    if (!m.serves || m.node == other) continue;
    came = self.command(m.node, {"forget " + other, {}, by});
    if (came) break;
  }
  return came;
}

} // namespace weir
