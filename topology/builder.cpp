#include "topology/builder.hpp"

#include "actors/aggregators/aggregator.hpp"
#include "actors/collectors/collector.hpp"
#include "actors/collectors/letter_source.hpp"
#include "actors/sinks/sink.hpp"
#include "runtime/ledger/file_ledger.hpp"
#include "runtime/os/own_files.hpp"
#include "runtime/os/paths.hpp"
#include "runtime/os/random.hpp"
#include "topology/routing.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>
#include <utility>

namespace weir {
namespace {

constexpr auto lock_tries = 20;
constexpr auto lock_pause = std::chrono::milliseconds{100};
constexpr auto sink_window_bytes = std::uint64_t{8} << 20;
/// Of an aggregator with a chunk log: what may be under way to it or not written yet.
constexpr auto log_window_bytes = std::uint64_t{8} << 20;

/// As in addresses and observations.
auto word_of(tier t) -> std::string {
  switch (t) {
  case tier::collector: return "collector";
  case tier::source_aggregator: return "source_aggregator";
  case tier::destination_aggregator: return "destination_aggregator";
  case tier::sink: break;
  }
  return "sink";
}

} // namespace

/// Actors share these with it; none is used by two at a time.
struct kept_parts {
  struct letters {
    std::shared_ptr<dead_letter_file> file;
    std::uint64_t bytes_max = 0;
  };
  std::map<std::string, std::shared_ptr<collector_core>> collectors;
  std::map<std::string, std::shared_ptr<aggregator_core>> aggregators;
  std::map<std::string, std::shared_ptr<sink_core>> sinks;
  std::map<std::string, std::shared_ptr<store_gate>> gates;
  std::map<std::string, letters> dead_letters; ///< by path
};

auto make_kept_parts() -> std::shared_ptr<kept_parts> { return std::make_shared<kept_parts>(); }

/// What building one component needs besides its plan.
struct plan_builder_state {
  const topology_plan& plan;
  std::vector<const component_plan*> hosted;
  build_context context;
  /// By component: who writes letters and who reads them on share one.
  std::map<std::string, std::shared_ptr<dead_letter_file>, std::less<>> letters = {};
  /// By what collectors send to: those that send to the same share one.
  mutable std::map<std::vector<std::string>, sink_patterns> wanted = {};

  auto wanted_behind(const component_plan& c) const -> sink_patterns {
    const auto [at, is_new] = wanted.try_emplace(c.to);
    if (is_new) at->second = sinks_behind(plan, c);
    return at->second;
  }
};

namespace {

using building = plan_builder_state;

auto address_on(std::string_view node, const component_plan& c, std::uint32_t instance) -> std::string {
  auto address = std::string{node} + '/' + word_of(c.in) + '/' + c.name;
  return instances_of(c) > 1 ? address + '/' + std::to_string(instance) : address;
}

auto address_of(const building& b, const component_plan& c, std::uint32_t instance) -> std::string {
  return address_on(b.context.node, c, instance);
}

/// The addresses of all on this node that will open links to each actor of `c`.
auto local_senders_of(const building& b, const component_plan& c) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto* other : b.hosted) {
    if (std::find(c.from.begin(), c.from.end(), other->name) == c.from.end()) continue;
    for (std::uint32_t i = 0; i < instances_of(*other); ++i) all.push_back(address_of(b, *other, i));
  }
  return all;
}

/// One outlet for each component that `c` feeds.
auto outlets_of(const building& b, const component_plan& c) -> std::vector<outlet_settings> {
  auto outlets = std::vector<outlet_settings>{};
  for (const auto& name : c.to) {
    auto settings = outlet_settings{};
    settings.component = name;
    if (const auto* to = std::get_if<aggregator_plan>(&b.plan.find(name)->details))
      settings.policy = to->balance;
    if (const auto* to = std::get_if<sink_plan>(&b.plan.find(name)->details)) settings.match = to->match;
    if (const auto* from = std::get_if<aggregator_plan>(&c.details)) {
      settings.transfer_bytes_max = from->batch.max_size.value;
      settings.linger = from->batch.max_delay;
    }
    outlets.push_back(settings);
  }
  return outlets;
}

/// Whether no collector of this node comes to an end by itself.
auto only_listens(const building& b) -> bool {
  return std::all_of(b.hosted.begin(), b.hosted.end(), [](const component_plan* c) {
    if (c->in != tier::collector || !c->letters_of.empty()) return true;
    const auto* known = plugin_registry<source>::find(c->type);
    return known != nullptr && known->listens;
  });
}

auto context_of(const building& b, const component_plan& c) -> plugin_context {
  auto context = plugin_context{};
  context.component = c.name;
  context.node = b.context.node;
  context.once = b.context.once;
  context.descriptors = b.context.descriptors;
  context.doors = b.context.doors;
  context.awaits_clients = only_listens(b);
  context.keep = b.plan.keep;
  return context;
}

/// The components that `c` feeds, in the order of its outlets.
auto downstream_of(const building& b, const component_plan& c) -> std::vector<downstream_component> {
  auto all = std::vector<downstream_component>{};
  for (const auto& name : c.to) {
    const auto* to = b.plan.find(name);
    const auto is_local = std::find(b.hosted.begin(), b.hosted.end(), to) != b.hosted.end();
    all.push_back({name, instances_of(*to), is_local, keeps_positions(*to), wants_all(b.plan, *to)});
  }
  return all;
}

/// Whether all that send to `c` have chunk logs.
auto senders_keep(const building& b, const component_plan& c) -> bool {
  return std::all_of(c.from.begin(), c.from.end(), [&](const auto& name) {
    const auto* from = std::get_if<aggregator_plan>(&b.plan.find(name)->details);
    return from != nullptr && from->buffer.type == buffer_type::disk;
  });
}

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

auto dead_letters_of(const building& b, const component_plan& c) -> std::shared_ptr<dead_letter_file> {
  return b.letters.at(c.letters_of.empty() ? c.name : c.letters_of);
}

/// That of an earlier plan, if that said the same of it.
auto letter_file(kept_parts& kept, const std::string& path, std::uint64_t bytes_max) -> std::shared_ptr<dead_letter_file> {
  auto& at = kept.dead_letters[path];
  if (!at.file || at.bytes_max != bytes_max)
    at = {std::make_shared<dead_letter_file>(real_file_system(), path, bytes_max), bytes_max};
  return at.file;
}

/// Those of `c` itself, which a component that may have some must be able to write.
auto open_dead_letters(const building& b, const component_plan& c)
    -> result<std::shared_ptr<dead_letter_file>> {
  const auto& settings = b.plan.dead_letters;
  const auto path = dead_letter_path(b.plan, c, b.context.node);
  const auto found = may_have_dead_letters(c) ? check_writable(path) : result<void>{};
  if (found || settings.max_size.value == 0) return letter_file(*b.context.kept, path, settings.max_size.value);
  return error{errc::failed, "no place for the dead letters of \"" + c.name + "\": " + found.failure().what
                                 + "; \"dead_letters: {path: DIRECTORY}\" names another one, and "
                                   "\"dead_letters: {max_size: 0}\" keeps none"};
}

/// Whether it has a file for them.
auto has_dead_letters(const component_plan& c) -> bool {
  return c.letters_of.empty() && (c.in == tier::collector || may_have_dead_letters(c));
}

auto open_all_dead_letters(building& b) -> result<void> {
  for (const auto* c : b.hosted) {
    if (!has_dead_letters(*c)) continue;
    WEIR_TRY(b.letters[c->name], open_dead_letters(b, *c));
  }
  return {};
}

auto letter_box_of(const building& b, const component_plan& c, const std::string& address) -> letter_box {
  const auto& settings = b.plan.dead_letters;
  return {address, settings.max_size.value > 0 ? dead_letters_of(b, c) : nullptr, settings.give_up_after};
}

/// Whose positions a collector's are. Where all runs in one process the node's name does not count: it is the
/// host's by default, and a container has another one each time.
auto source_of(const building& b, const component_plan& c) -> std::string {
  const auto& oldest = std::get<collector_plan>(c.details).oldest_name;
  const auto name = word_of(c.in) + '/' + (oldest.empty() ? c.name : oldest);
  return b.plan.classes.empty() ? name : b.context.source_node + '/' + name;
}

auto build_collector(const building& b, const component_plan& c, child_spec& as) {
  const auto& address = as.address;
  const auto& details = std::get<collector_plan>(c.details);
  auto settings = collector_settings{};
  auto& decides = settings.decides;
  decides.address = address;
  decides.context = context_of(b, c);
  decides.make_source =
      c.letters_of.empty() ? details.make_source : make_letter_source(dead_letters_of(b, c));
  decides.reads_to_end = !c.letters_of.empty();
  if (decides.reads_to_end) decides.waits_to_the_end = std::exchange(decides.context.once, false);
  decides.intake = {details.parse, details.operators, details.labels, b.wanted_behind(c), details.holds_events};
  decides.downstream = downstream_of(b, c);
  decides.source = source_of(b, c);
  const auto* known = plugin_registry<source>::find(c.type);
  decides.resumes = !c.letters_of.empty() || (known != nullptr && known->resumes);
  decides.listens = known != nullptr && known->listens;
  settings.directory = b.context.directory;
  settings.waits = b.context.waits;
  auto& core = b.context.kept->collectors[address];
  if (!core) core = std::make_shared<collector_core>(random_id(), decides.source, outlets_of(b, c));
  as.board = core->board;
  auto letters = std::optional<letter_box>{};
  if (c.letters_of.empty()) letters = letter_box_of(b, c, address);
  return [settings, core, outlets = outlets_of(b, c), letters](caf::local_actor& by, const parent_handle& parent) -> caf::actor {
    core->wire(outlets, random_id());
    core->dead_letters = letters;
    return by.spawn<caf::detached>(collector, settings, core, parent);
  };
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

auto core_of(const building& b, const component_plan& c, std::uint32_t instance)
    -> result<std::shared_ptr<aggregator_core>> {
  auto& core = b.context.kept->aggregators[address_of(b, c, instance)];
  if (core) return core;
  WEIR_TRY(auto log, open_log(b, c, instance));
  const auto when_full = std::get<aggregator_plan>(c.details).buffer.when_full;
  core = std::make_shared<aggregator_core>(window_of(c), outlets_of(b, c), std::move(log), when_full);
  return core;
}

auto build_aggregator(const building& b, const component_plan& c, std::uint32_t instance, child_spec& as,
                      std::shared_ptr<aggregator_core> core) {
  auto settings = aggregator_settings{};
  auto& decides = settings.decides;
  decides.address = as.address;
  decides.downstream = downstream_of(b, c);
  decides.local_senders = local_senders_of(b, c);
  decides.once = b.context.once;
  settings.directory = b.context.directory;
  const auto blocks = core->is_durable() || may_have_dead_letters(c);
  const auto revision = std::make_shared<const aggregator_revision>(revision_of(b, c, instance));
  as.board = core->board;
  return [settings, core, revision, blocks](caf::local_actor& by, const parent_handle& parent) -> caf::actor {
    core->revise(*revision);
    if (blocks) return by.spawn<caf::detached>(aggregator, settings, core, parent);
    return by.spawn(aggregator, settings, core, parent);
  };
}

auto build_sink(const building& b, const component_plan& c, child_spec& as) {
  const auto& address = as.address;
  const auto& details = std::get<sink_plan>(c.details);
  auto settings = sink_settings{};
  auto& decides = settings.decides;
  decides.address = address;
  decides.retry = {details.retry.first, details.retry.max};
  decides.give_up_after = details.retry.give_up_after;
  decides.local_senders = local_senders_of(b, c);
  decides.senders_keep = senders_keep(b, c);
  decides.once = b.context.once;
  decides.writers = details.writers;
  decides.batch.bytes_max = static_cast<std::size_t>(details.batch.max_size.value);
  if (details.batch.max_events > 0) decides.batch.events_max = details.batch.max_events;
  decides.fill_delay = details.batch.max_delay;
  settings.writes.does = {address, context_of(b, c), details.make_store, details.match, {}, details.process.operators};
  for (std::uint32_t i = 0; i < details.writers; ++i)
    settings.letters.push_back(std::make_shared<letter_box>(letter_box_of(b, c, address)));
  auto& gate = b.context.kept->gates[address];
  if (!gate) gate = std::make_shared<store_gate>();
  settings.writes.gate = gate;
  auto window = inlet_settings{};
  // What each writer commits, and what it will commit next.
  window.capacity_bytes = std::max(sink_window_bytes, 2 * details.writers * details.batch.max_size.value);
  auto& core = b.context.kept->sinks[address];
  if (!core) core = std::make_shared<sink_core>(window, details.match, details.writers);
  as.board = core->board;
  return [settings, core, window, match = details.match](caf::local_actor& by, const parent_handle& parent) -> caf::actor {
    core->revise(window, match, settings.decides.writers);
    return by.spawn<sink>(settings, core, parent);
  };
}

auto build_child(const building& b, const component_plan& c, std::uint32_t instance) -> result<child_spec> {
  auto spec = child_spec{address_of(b, c, instance), c.name, word_of(c.in), {}, c.letters_of};
  spec.type = c.type;
  switch (c.in) {
  case tier::collector:
    spec.make = build_collector(b, c, spec);
    spec.waits_to_begin = true;
    break;
  case tier::source_aggregator:
  case tier::destination_aggregator: {
    WEIR_TRY(auto core, core_of(b, c, instance));
    spec.make = build_aggregator(b, c, instance, spec, std::move(core));
    break;
  }
  case tier::sink: spec.make = build_sink(b, c, spec); break;
  }
  return spec;
}

auto change_of(const building& b, const component_plan& c, std::uint32_t instance, bool discards) -> caf::message {
  if (c.in == tier::sink)
    return caf::make_message(std::make_shared<sink_change>(sink_change{local_senders_of(b, c), senders_keep(b, c)}));
  if (c.in == tier::collector)
    return caf::make_message(std::make_shared<collector_change>(
        collector_change{downstream_of(b, c), outlets_of(b, c), b.wanted_behind(c), random_id(), discards}));
  return caf::make_message(std::make_shared<aggregator_change>(
      aggregator_change{downstream_of(b, c), local_senders_of(b, c), revision_of(b, c, instance), discards}));
}

/// What a sink writes, and what it wrote in earlier processes, which its ledger knows.
void claim_written(const building& b, const component_plan& c) {
  auto& own = own_files_here();
  const auto* known = plugin_registry<store>::find(c.type);
  if (known == nullptr) return;
  const auto written = known->claims(c.written, context_of(b, c));
  for (const auto& path : written.writes) own.claim(path);
  if (written.ledger.empty()) return;
  const auto made = made_files_of(real_file_system(), written.ledger);
  if (!made) return spdlog::warn("{}: what it wrote before is not known: {}", c.name, made.failure().what);
  for (const auto& one : *made) own.remember(one.inode, one.birth_ns, one.path);
}

/// Sinks, buffers and dead letters of this node, and what goes to its own output: no collector may take that in again.
void claim_own_files(const building& b) {
  auto& own = own_files_here();
  for (const auto fd : {STDOUT_FILENO, STDERR_FILENO}) own.add(fd);
  for (const auto* c : b.hosted) {
    if (const auto* to = std::get_if<aggregator_plan>(&c->details); to && to->buffer.type == buffer_type::disk)
      own.claim(buffer_root(*c, b.context.node) + '/');
    if (has_dead_letters(*c)) own.claim(dead_letter_path(b.plan, *c, b.context.node));
    if (c->in == tier::sink) claim_written(b, *c);
  }
}

} // namespace

plan_builder::plan_builder(std::unique_ptr<plan_builder_state> state) : state_(std::move(state)) {}

plan_builder::~plan_builder() = default;

auto plan_builder::begin(const topology_plan& plan, std::vector<const component_plan*> hosted, build_context context)
    -> result<std::unique_ptr<plan_builder>> {
  auto state = std::make_unique<building>(building{plan, std::move(hosted), std::move(context)});
  claim_own_files(*state);
  WEIR_CHECK(open_all_dead_letters(*state));
  return std::unique_ptr<plan_builder>{new plan_builder{std::move(state)}};
}

auto plan_builder::children_of(const component_plan& c) -> result<std::vector<child_spec>> {
  auto children = std::vector<child_spec>{};
  for (std::uint32_t i = 0; i < instances_of(c); ++i) {
    WEIR_TRY(auto child, build_child(*state_, c, i));
    children.push_back(std::move(child));
  }
  return children;
}

auto plan_builder::rereading(const component_plan& c) -> result<std::vector<child_spec>> {
  WEIR_TRY(auto children, children_of(c));
  for (auto& child : children)
    child.make = [make = child.make, core = state_->context.kept->collectors[child.address],
                  is_first = true](caf::local_actor& by, const parent_handle& parent) mutable {
      if (std::exchange(is_first, false)) core->ask_again();
      return make(by, parent);
    };
  return children;
}

auto plan_builder::changes_of(const component_plan& c, bool discards) -> result<std::vector<revise_child>> {
  WEIR_TRY(auto children, children_of(c));
  auto all = std::vector<revise_child>{};
  for (std::uint32_t i = 0; i < children.size(); ++i)
    all.push_back({std::move(children[i]), change_of(*state_, c, i, discards)});
  return all;
}

void plan_builder::forget(const std::string& address) {
  auto& kept = *state_->context.kept;
  kept.collectors.erase(address);
  kept.aggregators.erase(address);
  kept.sinks.erase(address);
  kept.gates.erase(address);
}

auto addresses_of(const component_plan& c, std::string_view node) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (std::uint32_t i = 0; i < instances_of(c); ++i) all.push_back(address_on(node, c, i));
  return all;
}

auto supervisor_index(tier in) -> std::size_t {
  return static_cast<std::size_t>(tier::sink) - static_cast<std::size_t>(in);
}

auto remote_components(const std::vector<const component_plan*>& hosted) -> std::vector<std::string> {
  auto names = std::set<std::string>{};
  for (const auto* c : hosted) names.insert(c->to.begin(), c->to.end());
  for (const auto* c : hosted) names.erase(c->name);
  return {names.begin(), names.end()};
}

} // namespace weir
