#include "topology/node.hpp"

#include "actors/system/failure.hpp"
#include "runtime/os/threads.hpp"
#include "topology/actor_orders.hpp"
#include "topology/classes.hpp"
#include "topology/cluster_view.hpp"
#include "topology/node_running.hpp"
#include "topology/process_needs.hpp"
#include "topology/routing.hpp"

#include <tuple>

namespace weir {

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

auto node::order(const std::string& address, const sink_order& what) -> result<void> {
  return order_sink(*state_->system, state_->guardian_handle, address, what);
}

namespace {

auto receivers_among(const std::vector<observation>& actors) -> std::vector<std::string> {
  auto addresses = std::vector<std::string>{};
  for (const auto& o : actors)
    if (o.tier != "collector") addresses.push_back(o.address);
  return addresses;
}

} // namespace

auto node::ask_receivers(const ask_positions& what, duration patience) -> std::map<std::string, known_positions> {
  return weir::ask_receivers(*state_->system, state_->guardian_handle, receivers_among(figures()), what, patience);
}

auto node::ask_receivers(const ask_had& what, duration patience) -> std::map<std::string, known_had> {
  return weir::ask_receivers(*state_->system, state_->guardian_handle, receivers_among(figures()), what, patience);
}

auto node::restart(const std::string& address, const std::string& by) -> result<void> {
  return restart_actor(*state_->system, state_->guardian_handle, address, by);
}

} // namespace weir
