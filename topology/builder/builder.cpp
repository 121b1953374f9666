#include "topology/builder/builder.hpp"

#include "actors/collectors/collector_core.hpp"
#include "topology/builder/building.hpp"

#include <set>
#include <utility>

namespace weir {
namespace {

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
    WEIR_TRY(spec.make, build_aggregator(b, c, instance, spec));
    break;
  }
  case tier::sink: spec.make = build_sink(b, c, spec); break;
  }
  return spec;
}

auto change_of(const building& b, const component_plan& c, std::uint32_t instance, bool discards) -> caf::message {
  if (c.in == tier::sink) return sink_change_of(b, c);
  if (c.in == tier::collector) return collector_change_of(b, c, discards);
  return aggregator_change_of(b, c, instance, discards);
}

} // namespace

auto make_kept_parts() -> std::shared_ptr<kept_parts> { return std::make_shared<kept_parts>(); }

plan_builder::plan_builder(std::unique_ptr<building> state) : state_(std::move(state)) {}

plan_builder::~plan_builder() = default;

auto plan_builder::begin(const topology_plan& plan, std::vector<const component_plan*> hosted, build_context context)
    -> result<std::unique_ptr<plan_builder>> {
  auto state = std::make_unique<building>(building{plan, std::move(hosted), std::move(context)});
  claim_own_files(*state);
  WEIR_CHECK(open_all_dead_letters(*state));
  return std::unique_ptr<plan_builder>{new plan_builder{std::move(state)}};
}

auto plan_builder::children_of(const component_plan& c) -> result<std::vector<child_spec>> { return children_from(c, 0); }

auto plan_builder::children_from(const component_plan& c, std::uint32_t first) -> result<std::vector<child_spec>> {
  auto children = std::vector<child_spec>{};
  for (auto i = first; i < instances_of(c); ++i) {
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

auto addresses_of(const component_plan& c, std::string_view node, std::uint32_t first) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (auto i = first; i < instances_of(c); ++i) all.push_back(address_on(node, c, i));
  return all;
}

auto supervisor_index(tier in) -> std::size_t {
  return static_cast<std::size_t>(tier::sink) - static_cast<std::size_t>(in);
}

auto remote_components(const std::vector<const component_plan*>& hosted) -> std::vector<std::string> {
  auto names = std::set<std::string>{};
  for (const auto* c : hosted) names.insert(c->to.begin(), c->to.end());
  for (const auto* c : hosted)
    if (replicas_of(*c) == 1) names.erase(c->name);
  for (const auto* c : hosted)
    if (replicas_of(*c) > 1) names.insert(c->name); // of each other's chunks they have copies
  return {names.begin(), names.end()};
}

} // namespace weir
