/// The topology as decided: every component with its settings read, its wiring and its place.
#pragma once

#include "actors/collectors/source.hpp"
#include "actors/operators/operator.hpp"
#include "actors/operators/parse.hpp"
#include "actors/sinks/store.hpp"
#include "config/diagnostic.hpp"
#include "config/settings.hpp"
#include "runtime/flow/balancer.hpp"
#include "runtime/flow/buffer_policy.hpp"
#include "runtime/flow/retention.hpp"
#include "topology/console_plan.hpp"
#include "topology/joining_plan.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weir {

enum class tier { collector, source_aggregator, destination_aggregator, sink };

struct batch_settings {
  byte_count max_size{1 << 20};
  duration max_delay = std::chrono::milliseconds{200};
};

enum class buffer_type { memory, disk };

struct buffer_settings {
  buffer_type type = buffer_type::memory;
  std::string path; ///< as written; of disk only, see buffer_directory()
  byte_count max_size{64 << 20};
  full_policy when_full = full_policy::block;
  byte_count segment_size{64 << 20}; ///< this and the rest of disk only
  sync_policy sync = sync_policy::always;
  duration sync_interval = std::chrono::seconds{1};
};

/// What one commit of a sink takes.
struct commit_settings {
  byte_count max_size{4 << 20};
  std::uint64_t max_events = 0; ///< 0: any number
  duration max_delay{0};        ///< how long it waits for as much
};

struct retry_settings {
  duration first = std::chrono::seconds{1};
  duration max = std::chrono::seconds{60};
  std::optional<duration> give_up_after; ///< absent: never
};

struct dead_letter_settings {
  std::string path; ///< as written, see dead_letter_path(); empty: where the plan says
  byte_count max_size{std::uint64_t{1} << 30};
  std::optional<duration> give_up_after = std::chrono::seconds{10}; ///< absent: never
};

struct collector_plan {
  source_plugin::factory make_source;
  std::optional<parse_settings> parse; ///< of raw lines, before all operators
  std::vector<operator_plugin::factory> operators;
  bool holds_events = false; ///< some of the operators may
  config::string_map labels;
  std::vector<tag_shape> tags; ///< what its events can have
  ack_level ack = ack_level::durable; ///< what its clients are told
  std::string oldest_name;     ///< under which its positions are stored; empty: it never had another one
};

using tag_shapes = std::vector<tag_shape>;

/// `process:` of an aggregator or a sink, read.
struct process_plan {
  std::vector<operator_plugin::factory> operators;
  std::vector<std::function<tag_shapes(tag_shapes)>> retags; ///< of those that change tags, in order
  bool holds_events = false;                                 ///< never of an aggregator or a sink

  auto changes_tags() const -> bool { return !retags.empty(); }
  /// What tags events have behind it.
  auto retagged(tag_shapes tags) const -> tag_shapes {
    for (const auto& change : retags) tags = change(std::move(tags));
    return tags;
  }
};

struct aggregator_plan {
  batch_settings batch;
  buffer_settings buffer;
  std::uint32_t instances = 1;                          ///< on every node of its class
  balance_policy balance = balance_policy::round_robin; ///< how senders choose among its instances
  process_plan process = {};
  std::uint32_t replicas = 1;       ///< nodes that have a chunk on their disk before it is acked
  bool waits_for_replicas = true; ///< while there are fewer nodes
  std::uint32_t instances_written = 0; ///< what the file says, where this node was scaled; else 0
};

struct sink_plan {
  store_plugin::factory make_store;
  tag_pattern match;
  bool is_rest = false; ///< `match: rest`
  std::uint32_t writers = 1; ///< on every node of its class
  commit_settings batch;
  retry_settings retry;
  process_plan process; ///< behind `match`
  duration unsure_for{0}; ///< `wait_for`, with `on_unknown: wait`
  duration expires_every{0}; ///< as store_promise::expires_every
};

struct component_plan {
  std::string name;
  tier in = tier::collector;
  std::string type; ///< plug-in name, or "aggregator"
  config::place where;
  config::value written;            ///< as in the file
  std::vector<std::string> from;    ///< names of the components it receives from
  std::vector<std::string> to;      ///< names of the components it sends to
  std::vector<std::string> classes; ///< node classes that host it; empty: every node
  bool starts_now = false; ///< new to a disk buffer, it gets nothing of what is there: `start: now`
  bool starts_at_all = false; ///< new behind collectors, it gets all that these still have: `start: all`
  std::string dead_letter; ///< the sink that gets its dead letters; empty: none
  /// Of a collector that is not in the file: whose dead letters it takes to their sink.
  std::string letters_of;
  std::variant<collector_plan, aggregator_plan, sink_plan> details;
};

/// Nodes that are to have each of its chunks; 1 of what is no aggregator.
auto replicas_of(const component_plan& c) -> std::uint32_t;

/// On every node of its class; 1 of what is no aggregator.
auto instances_of(const component_plan& c) -> std::uint32_t;
/// As the file says, however it is scaled.
auto instances_written_of(const component_plan& c) -> std::uint32_t;
/// How the first of its instances is named: with its number where the file wants several, else without. The others have
/// theirs, so that scaling renames nobody.
auto is_first_numbered(const component_plan& c) -> bool;

struct node_address {
  std::string name;
  std::string host;
  std::uint16_t port = 0;
  std::vector<std::string> classes; ///< from `as:`, if the file says so; empty: not known
};

struct topology_plan {
  std::string cluster = "weir";
  joining_plan joining;
  bool insecure = false;
  std::vector<component_plan> components; ///< collectors first, sinks last
  dead_letter_settings dead_letters;
  retention keep; ///< of what may come again
  console_plan console;
  std::vector<node_address> nodes;
  std::vector<std::string> classes; ///< names under placement:, in order; empty: one process

  auto find(std::string_view name) const -> const component_plan*;
};

/// What a node of these classes hosts; all components if there is no placement or no class is given.
auto components_of(const topology_plan& plan, const std::vector<std::string>& classes)
    -> std::vector<const component_plan*>;

/// Where one instance of an aggregator keeps its disk buffer on a node: the path with {node} and
/// {component} filled in; several instances get a directory each below it, but the first where the file wants one.
auto buffer_directory(const component_plan& aggregator, std::string_view node, std::uint32_t instance)
    -> std::string;

void fill_in_node(std::string& path, std::string_view node);

/// `path` with {node} filled in; a directory for each node below it if it says nothing of them.
auto directory_of_node(const topology_plan& plan, std::string path, std::string_view node) -> std::string;

/// What the directories of all its instances are, or are in.
auto buffer_root(const component_plan& aggregator, std::string_view node) -> std::string;

/// Whether some of its events may become dead letters: those of every sink, and of others that parse so.
auto may_have_dead_letters(const component_plan& c) -> bool;

/// The file that takes the dead letters of a component on a node: in the directory that the file names,
/// else in that of the disk buffer beside it, its own for one, else in weir-data.
auto dead_letter_path(const topology_plan& plan, const component_plan& c, std::string_view node)
    -> std::string;

} // namespace weir
