/// What building children needs besides their plan, and its parts: neighbours, dead letters, and one way for each tier.
#pragma once

#include "actors/system/resume_inquiry.hpp"
#include "actors/system/supervisor.hpp"
#include "runtime/dead_letter/letter_box.hpp"
#include "runtime/flow/outlet.hpp"
#include "topology/builder/builder.hpp"
#include "topology/routing.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class aggregator_core;
class collector_core;
struct sink_core;
class store_gate;

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

/// What building one component needs besides its plan.
struct building {
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

using child_maker = decltype(child_spec::make);

// Who and where, as actors and observations are called.
auto word_of(tier t) -> std::string;
auto address_on(std::string_view node, const component_plan& c, std::uint32_t instance) -> std::string;
auto address_of(const building& b, const component_plan& c, std::uint32_t instance) -> std::string;
auto context_of(const building& b, const component_plan& c) -> plugin_context;

/// The addresses of all on this node that will open links to each actor of `c`.
auto local_senders_of(const building& b, const component_plan& c) -> std::vector<std::string>;
/// One outlet for each component that `c` feeds.
auto copies_wanted(const building& b, const component_plan& c) -> std::uint32_t;
auto outlets_of(const building& b, const component_plan& c) -> std::vector<outlet_settings>;
/// The components that `c` feeds, in the order of its outlets.
auto downstream_of(const building& b, const component_plan& c) -> std::vector<downstream_component>;

/// Whether it has a file for them.
auto has_dead_letters(const component_plan& c) -> bool;
auto open_all_dead_letters(building& b) -> result<void>;
/// The file of `c` itself, or of the component whose letters it takes to their sink.
auto dead_letters_of(const building& b, const component_plan& c) -> std::shared_ptr<dead_letter_file>;
auto letter_box_of(const building& b, const component_plan& c, const std::string& address) -> letter_box;

/// Each makes what `as` has besides its names, and keeps what outlives the actor.
auto build_collector(const building& b, const component_plan& c, child_spec& as) -> child_maker;
auto build_aggregator(const building& b, const component_plan& c, std::uint32_t instance, child_spec& as)
    -> result<child_maker>;
auto build_sink(const building& b, const component_plan& c, child_spec& as) -> child_maker;

/// What tells the one that runs of other neighbours. `discards`: what there is for those that are not fed any more.
auto collector_change_of(const building& b, const component_plan& c, bool discards) -> caf::message;
auto aggregator_change_of(const building& b, const component_plan& c, std::uint32_t instance, bool discards)
    -> caf::message;
auto sink_change_of(const building& b, const component_plan& c) -> caf::message;

/// Sinks, buffers and dead letters of this node, and what goes to its own output: no collector may take that in again.
void claim_own_files(const building& b);

} // namespace weir
