#include "actors/aggregators/aggregator.hpp"
#include "topology/builder/building.hpp"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <thread>

namespace weir {
namespace {

constexpr auto lock_tries = 20;
constexpr auto lock_pause = std::chrono::milliseconds{100};
/// Of an aggregator with a chunk log: what may be under way to it or not written yet.
constexpr auto log_window_bytes = std::uint64_t{8} << 20;

/// Of those that it feeds: who begins behind what there is.
auto late_readers_of(const building& b, const component_plan& c) -> std::vector<std::string> {
  auto late = std::vector<std::string>{};
  for (const auto& name : c.to)
    if (b.plan.find(name)->starts_now) late.push_back(name);
  return late;
}

auto log_settings_of(const building& b, const component_plan& c, std::uint32_t instance) -> chunk_log_settings {
  const auto& buffer = std::get<aggregator_plan>(c.details).buffer;
  auto settings = chunk_log_settings{};
  settings.path = buffer_directory(c, b.context.node, instance);
  settings.bytes_max = buffer.max_size.value;
  settings.segment_bytes = buffer.segment_size.value;
  settings.sync = buffer.sync;
  settings.sync_interval = buffer.sync_interval;
  settings.remember = b.plan.keep.streams;
  settings.readers = c.to;
  settings.from_now = late_readers_of(b, c);
  settings.knows_ids = copies_wanted(b, c) > 1;
  settings.holder = "node " + b.context.node + ", pid " + std::to_string(::getpid());
  return settings;
}

auto open_log(const building& b, const component_plan& c, std::uint32_t instance)
    -> result<std::unique_ptr<chunk_log>> {
  if (std::get<aggregator_plan>(c.details).buffer.type == buffer_type::memory) return std::unique_ptr<chunk_log>{};
  const auto settings = log_settings_of(b, c, instance);
  auto opened = chunk_log::open(real_file_system(), settings, system_clock());
  // A process that was killed may hold its lock for a moment longer than its supervisor waits.
  for (auto tries = 0; !opened && opened.failure().code == errc::unavailable && tries < lock_tries; ++tries) {
    std::this_thread::sleep_for(lock_pause);
    opened = chunk_log::open(real_file_system(), settings, system_clock());
  }
  if (opened) return opened;
  return error{opened.failure().code, c.name + ": " + opened.failure().what};
}

/// Where tags change, some that no sink takes may arise.
auto taken_behind(const building& b, const component_plan& c) -> std::function<bool(std::string_view)> {
  const auto by = b.wanted_behind(c);
  if (!std::get<aggregator_plan>(c.details).process.changes_tags() || !by) return {};
  return [taken = taken_tags{by}](std::string_view tag) mutable { return taken.takes(tag); };
}

auto process_of(const building& b, const component_plan& c, const std::string& address)
    -> std::shared_ptr<outgoing_process> {
  const auto& operators = std::get<aggregator_plan>(c.details).process.operators;
  if (operators.empty()) return nullptr;
  auto letters = may_have_dead_letters(c) ? letter_box_of(b, c, address) : letter_box{address, nullptr, std::nullopt};
  return std::make_shared<outgoing_process>(
      chunk_process_settings{operators, context_of(b, c), address, taken_behind(b, c)}, std::move(letters));
}

/// With a chunk log, what may be under way to it or not written yet; else all that it may hold.
auto window_of(const component_plan& c) -> inlet_settings {
  const auto& buffer = std::get<aggregator_plan>(c.details).buffer;
  auto window = inlet_settings{};
  window.capacity_bytes = std::min(buffer.type == buffer_type::disk ? log_window_bytes : UINT64_MAX, buffer.max_size.value);
  return window;
}

auto revision_of(const building& b, const component_plan& c, std::uint32_t instance) -> aggregator_revision {
  auto revision = aggregator_revision{};
  revision.outlets = outlets_of(b, c);
  revision.from_now = late_readers_of(b, c);
  revision.window = window_of(c);
  revision.when_full = std::get<aggregator_plan>(c.details).buffer.when_full;
  revision.log = log_settings_of(b, c, instance);
  revision.process = process_of(b, c, address_of(b, c, instance));
  return revision;
}

auto copies_of(const component_plan& c) -> copy_keeper_settings {
  auto settings = copy_keeper_settings{};
  if (replicas_of(c) > 1) settings.component = c.name;
  return settings;
}

auto refills_of(const building& b, const component_plan& c) -> copy_refiller_settings {
  return {copies_wanted(b, c), b.context.zone_of};
}

auto core_of(const building& b, const component_plan& c, std::uint32_t instance)
    -> result<std::shared_ptr<aggregator_core>> {
  auto& core = b.context.kept->aggregators[address_of(b, c, instance)];
  if (core) return core;
  WEIR_TRY(auto log, open_log(b, c, instance));
  const auto when_full = std::get<aggregator_plan>(c.details).buffer.when_full;
  core = std::make_shared<aggregator_core>(window_of(c), outlets_of(b, c), std::move(log), when_full);
  return core;
}

} // namespace

auto build_aggregator(const building& b, const component_plan& c, std::uint32_t instance, child_spec& as)
    -> result<child_maker> {
  WEIR_TRY(const auto core, core_of(b, c, instance));
  auto settings = aggregator_settings{};
  auto& decides = settings.decides;
  decides.address = as.address;
  decides.downstream = downstream_of(b, c);
  decides.local_senders = local_senders_of(b, c);
  decides.remember = b.plan.keep.streams;
  decides.once = b.context.once;
  decides.copies = copies_of(c);
  decides.refills = refills_of(b, c);
  settings.directory = b.context.directory;
  const auto blocks = core->is_durable() || may_have_dead_letters(c);
  const auto revision = std::make_shared<const aggregator_revision>(revision_of(b, c, instance));
  as.board = core->board;
  return child_maker{[settings, core, revision, blocks](caf::local_actor& by, const parent_handle& parent) -> caf::actor {
    core->revise(*revision);
    if (blocks) return by.spawn<caf::detached>(aggregator, settings, core, parent);
    return by.spawn(aggregator, settings, core, parent);
  }};
}

auto aggregator_change_of(const building& b, const component_plan& c, std::uint32_t instance, bool discards)
    -> caf::message {
  return caf::make_message(std::make_shared<aggregator_change>(aggregator_change{
      downstream_of(b, c), local_senders_of(b, c), revision_of(b, c, instance), discards, copies_of(c), refills_of(b, c)}));
}

} // namespace weir
