#include "tests/actors/system/test_node.hpp"

#include "config/yaml_tree.hpp"
#include "runtime/base/assert.hpp"
#include "topology/builder/builder.hpp"
#include "topology/make_plan.hpp"
#include "topology/reload.hpp"

#include <chrono>
#include <cstdio>

namespace weir::test {

using namespace std::chrono_literals;

namespace {

auto plan_of(std::string_view yaml) -> topology_plan {
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml(yaml, "test.yaml", problems);
  auto plan = make_plan(*root, problems);
  for (const auto& p : problems) std::fputs((config::to_text(p) + '\n').c_str(), stderr);
  WEIR_ASSERT(plan && problems.empty());
  return std::move(*plan);
}

} // namespace

auto test_node::problem_of(std::string_view yaml) -> std::string {
  const auto plan = plan_of(yaml);
  auto context = build_context{};
  context.node = "test";
  const auto builder = plan_builder::begin(plan, components_of(plan, {}), context);
  if (!builder) return builder.failure().what;
  for (const auto* c : components_of(plan, {}))
    if (const auto built = (*builder)->children_of(*c); !built) return built.failure().what;
  return {};
}

test_node::test_node(std::string_view yaml, options how) {
  const auto plan = plan_of(yaml);
  config_.set("scheduler.policy", caf::atom("sharing"));
  config_.set("scheduler.max-threads", std::size_t{2});
  system_ = std::make_unique<caf::actor_system>(config_);
  directory_ = system_->spawn(weir::directory, std::vector<std::string>{});
  auto context = build_context{};
  context.node = "test";
  context.once = how.once;
  context.directory = directory_;
  context.waits = &waits_;
  auto root_settings = guardian_settings{};
  root_settings.tiers.resize(supervisors_of_a_node);
  for (auto& tier : root_settings.tiers) {
    tier.backoff = {1ms, 10ms};
    tier.restarts_max = how.restarts_max;
  }
  root_settings.directory = directory_;
  root_settings.boards = boards_;
  root_settings.on_finished = [this] {
    const auto lock = std::lock_guard{mutex_};
    finished_ = true;
    changed_.notify_all();
  };
  root_settings.on_failed = [this](const std::string& why) {
    const auto lock = std::lock_guard{mutex_};
    failed_ = why;
    changed_.notify_all();
  };
  guardian_ = system_->spawn(guardian, std::move(root_settings));
  WEIR_ASSERT(reload_actors(*system_, topology_plan{}, plan, {{}, context, guardian_}));
}

test_node::~test_node() {
  caf::anon_send_exit(guardian_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(directory_, caf::exit_reason::user_shutdown);
  guardian_ = nullptr;
  directory_ = nullptr;
  system_.reset();
}

auto test_node::observe_until(const std::function<bool(const std::vector<observation>&)>& wanted) -> bool {
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < end)
    if (wanted(observe())) return true;
  return false;
}

auto test_node::actor_of(const std::string& component) -> caf::actor {
  auto self = caf::scoped_actor{*system_};
  self->send(directory_, watch_atom::value, component);
  auto found = caf::actor{};
  auto late = false;
  while (!found && !late)
    self->receive(
        [&](const peers_changed& note) {
          if (!note.peers.empty()) found = note.peers.front().handle;
        },
        caf::after(60s) >> [&] { late = true; });
  return found;
}

auto test_node::finished() -> bool {
  auto lock = std::unique_lock{mutex_};
  return changed_.wait_for(lock, 60s, [&] { return finished_; });
}

auto test_node::failed() -> std::string {
  auto lock = std::unique_lock{mutex_};
  changed_.wait_for(lock, 60s, [&] { return !failed_.empty(); });
  return failed_;
}

auto of(const std::vector<observation>& all, std::string_view component) -> observation {
  for (const auto& o : all)
    if (o.component == component) return o;
  return {};
}

} // namespace weir::test
