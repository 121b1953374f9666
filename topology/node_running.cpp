#include "topology/node_running.hpp"

#include "actors/system/failure.hpp"
#include "runtime/os/host_name.hpp"
#include "topology/classes.hpp"
#include "topology/cluster_view.hpp"
#include "topology/entrance.hpp"
#include "topology/process_needs.hpp"
#include "topology/routing.hpp"

#include <algorithm>
#include <map>

namespace weir {
namespace {

using namespace std::chrono_literals;

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

auto own_address(const topology_plan& plan, const std::string& name) -> const node_address* {
  const auto at =
      std::find_if(plan.nodes.begin(), plan.nodes.end(), [&](const auto& n) { return n.name == name; });
  return at == plan.nodes.end() ? nullptr : &*at;
}

node::running::~running() {
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

void node::running::keep_doors(const topology_plan& by) {
  auto places = std::vector<std::string>{};
  for (const auto* c : components_of(by, settings.classes))
    for (auto& what : held_by(*c, name)) places.push_back(std::move(what));
  kept_doors.keep_only(places);
}

void node::running::spawn_guardian(std::function<void()> on_finished) {
  auto root = guardian_settings{};
  root.tiers.resize(supervisors_of_a_node);
  root.directory = directory_handle;
  root.boards = boards;
  root.on_finished = std::move(on_finished);
  root.on_failed = settings.on_failed;
  guardian_handle = system->spawn(guardian, std::move(root));
  end_node_with(*guardian_handle, "guardian", settings.on_failed);
}

auto node::running::open_to_others(const topology_plan& by) -> result<void> {
  gate_handle = system->spawn(gate, link.identity, directory_handle);
  end_node_with(*gate_handle, "gate", settings.on_failed);
  const auto at = place_of_door(by);
  if (!at) return {};
  auto how = net::listener_settings{};
  how.strangers_max = strangers_of(settings.descriptors.limit);
  how.tls = tls;
  auto leads_to = entrance{wires, link.identity, plan, gate_handle, answers(), cluster_handle, by.joining.down_after};
  WEIR_TRY(door, open_entrance(*network, *at, std::move(how), std::move(leads_to)));
  caf::anon_send(cluster_handle, advertise_atom::value, to_text(reached_at(by, *at, door->port())));
  return {};
}

auto node::running::place_of_door(const topology_plan& by) const -> std::optional<host_port> {
  if (settings.classes.empty()) return std::nullopt;
  if (const auto* own = own_address(by, name); own != nullptr) return host_port{own->host, own->port};
  return link.identity.serves ? by.joining.listen : std::nullopt;
}

auto node::running::dialling_by() const -> dialling {
  return {network.get(), wires, cluster_handle, tls, answers(),
          [at = plan](const std::string& node, const auto& classes) { return may_now(at, node, classes); }};
}

auto node::running::open_network(const topology_plan& by) -> result<void> {
  network = std::make_unique<net::io_thread>(settings.on_failed);
  wires = std::make_shared<wire_commons>(*system);
  if (!by.joining.tls) return {};
  auto opened = net::tls_files::open(own_files(*by.joining.tls, name));
  if (!opened) return error{errc::failed, "cluster: tls: " + opened.failure().what};
  tls = std::move(*opened);
  tls_watch = std::make_unique<net::tls_watch>(*network, tls);
  return {};
}

void node::running::spawn_cluster(const topology_plan& by) {
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

void node::running::on_members(const std::vector<member>& now, const std::set<std::string>& lost_now) {
  const auto lock = std::lock_guard{members_guard};
  members = now;
  lost = lost_now;
  zones->set(now, name, plan->get()->joining.zone);
  if (is_started) dial(*plan->get(), is_changing);
}

void node::running::dial(const topology_plan& by, bool keeps_others) {
  if (!links) return;
  const auto wanted = nodes_to_dial(by, components_of(by, settings.classes), name, members, lost);
  links->dial(wanted, keeps_others);
  caf::anon_send(directory_handle, awaited_of(by, wanted));
}

void node::running::change_dialling(const topology_plan& by, bool goes_on_changing) {
  const auto lock = std::lock_guard{members_guard};
  is_started = true;
  is_changing = goes_on_changing;
  dial(by, is_changing);
}

auto node::running::others_up() -> std::vector<member> {
  const auto lock = std::lock_guard{members_guard};
  auto up = members;
  std::erase_if(up, [](const member& m) { return is_gone(m.state); });
  return up;
}

auto node::running::is_up(const std::string& other) -> bool {
  const auto all = others_up();
  return std::any_of(all.begin(), all.end(), [&](const member& m) { return m.node == other; });
}

void node::running::leave_cluster() {
  if (!cluster_handle) return;
  auto self = caf::scoped_actor{*system};
  self->request(cluster_handle, 1s, leave_atom::value).receive([](leave_atom) {}, [](const caf::error&) {});
}

} // namespace weir
