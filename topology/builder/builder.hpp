/// Turns the part of a plan that a node hosts into supervised children; all or nothing.
#pragma once

#include "actors/system/supervisor.hpp"
#include "runtime/os/descriptor_budget.hpp"
#include "runtime/os/poller.hpp"
#include "topology/plan.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// What outlives actors, and the plan that they were built by: what each holds, by its address.
struct kept_parts;
auto make_kept_parts() -> std::shared_ptr<kept_parts>;

struct build_context {
  std::string node;
  std::string source_node; ///< under which its collectors' positions are stored
  bool once = false;
  weak_handle<directory_actor> directory;
  poller* waits = nullptr;                  ///< outlives all actors
  descriptor_budget* descriptors = nullptr; ///< the same; null: nobody counts
  net::kept_sockets* doors = nullptr;       ///< the same; null: each listener has its own
  std::function<std::string(const std::string& node)> zone_of = {}; ///< any thread; absent: no zones
  bool is_alone = false; ///< all components run here: there are no other nodes for copies
  std::shared_ptr<kept_parts> kept = make_kept_parts();
};

struct building;

/// Children by one plan. They take over what those had that were built by an earlier one with the same parts.
class plan_builder {
public:
  /// Plan and components outlive it. Opens the files of dead letters.
  static auto begin(const topology_plan& plan, std::vector<const component_plan*> hosted, build_context context)
      -> result<std::unique_ptr<plan_builder>>;
  ~plan_builder();

  /// One for each of its addresses; opens what they need that is not open.
  auto children_of(const component_plan& c) -> result<std::vector<child_spec>>;
  /// The same, of its instances from this number on.
  auto children_from(const component_plan& c, std::uint32_t first) -> result<std::vector<child_spec>>;
  /// Of a collector that has nothing under way: it asks where to go on, as at the first start of a process.
  auto rereading(const component_plan& c) -> result<std::vector<child_spec>>;
  /// For those that run: their neighbours are others. `discards`: what there is for those that are not fed any more.
  auto changes_of(const component_plan& c, bool discards) -> result<std::vector<revise_child>>;
  /// What the child at this address had is closed, as soon as it has ended.
  void forget(const std::string& address);

private:
  explicit plan_builder(std::unique_ptr<building> state);
  std::unique_ptr<building> state_;
};

/// Of all that stand for a component on a node, or of its instances from a number on.
auto addresses_of(const component_plan& c, std::string_view node, std::uint32_t first = 0) -> std::vector<std::string>;
/// A node has as many supervisors, sinks first; and which of them a component's children have.
inline constexpr std::size_t supervisors_of_a_node = 4;
auto supervisor_index(tier in) -> std::size_t;

/// Names of downstream components of `hosted` that are not among them: other nodes must serve these.
auto remote_components(const std::vector<const component_plan*>& hosted) -> std::vector<std::string>;

} // namespace weir
