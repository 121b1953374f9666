#include "topology/builder/building.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Whether no collector of this node comes to an end by itself.
auto only_listens(const building& b) -> bool {
  return std::all_of(b.hosted.begin(), b.hosted.end(), [](const component_plan* c) {
    if (c->in != tier::collector || !c->letters_of.empty()) return true;
    const auto* known = plugin_registry<source>::find(c->type);
    return known != nullptr && known->listens;
  });
}

/// "class core".
auto placed_text(const component_plan& c) -> std::string {
  auto text = std::string{};
  for (const auto& name : c.classes) text += (text.empty() ? "class " : " or ") + name;
  return text;
}

/// In one process nobody is away.
auto unsure_for_here(const building& b, const component_plan& c) -> duration {
  return b.context.is_alone ? duration{0} : unsure_for(b.plan, c);
}

} // namespace

auto word_of(tier t) -> std::string {
  switch (t) {
  case tier::collector: return "collector";
  case tier::source_aggregator: return "source_aggregator";
  case tier::destination_aggregator: return "destination_aggregator";
  case tier::sink: break;
  }
  return "sink";
}

auto address_on(std::string_view node, const component_plan& c, std::uint32_t instance) -> std::string {
  auto address = std::string{node} + '/' + word_of(c.in) + '/' + c.name;
  return instance > 0 || is_first_numbered(c) ? address + '/' + std::to_string(instance) : address;
}

auto address_of(const building& b, const component_plan& c, std::uint32_t instance) -> std::string {
  return address_on(b.context.node, c, instance);
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

auto local_senders_of(const building& b, const component_plan& c) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto* other : b.hosted) {
    if (std::find(c.from.begin(), c.from.end(), other->name) == c.from.end()) continue;
    for (std::uint32_t i = 0; i < instances_of(*other); ++i) all.push_back(address_of(b, *other, i));
  }
  return all;
}

auto copies_wanted(const building& b, const component_plan& c) -> std::uint32_t {
  return b.context.is_alone ? 1 : replicas_of(c);
}

auto outlets_of(const building& b, const component_plan& c) -> std::vector<outlet_settings> {
  auto outlets = std::vector<outlet_settings>{};
  for (const auto& name : c.to) {
    auto settings = outlet_settings{};
    settings.component = name;
    if (const auto* to = std::get_if<aggregator_plan>(&b.plan.find(name)->details)) {
      settings.policy = to->balance;
      settings.copies = copies_wanted(b, *b.plan.find(name));
      settings.waits_for_copies = to->waits_for_replicas;
      settings.zone_of = b.context.zone_of;
    }
    if (const auto* to = std::get_if<sink_plan>(&b.plan.find(name)->details)) settings.match = to->match;
    settings.unsure_for = unsure_for_here(b, *b.plan.find(name));
    if (const auto* from = std::get_if<aggregator_plan>(&c.details)) {
      settings.transfer_bytes_max = from->batch.max_size.value;
      settings.linger = from->batch.max_delay;
    }
    outlets.push_back(settings);
  }
  return outlets;
}

auto downstream_of(const building& b, const component_plan& c) -> std::vector<downstream_component> {
  auto all = std::vector<downstream_component>{};
  for (const auto& name : c.to) {
    const auto* to = b.plan.find(name);
    // Where copies are wanted, others have them as well.
    const auto is_local = std::find(b.hosted.begin(), b.hosted.end(), to) != b.hosted.end() && copies_wanted(b, *to) == 1;
    all.push_back({name, instances_of(*to), is_local, keeps_positions(*to), wants_all(b.plan, *to),
                   is_local ? std::string{} : placed_text(*to), copies_wanted(b, *to)});
    all.back().wait_for = unsure_for_here(b, *to);
    all.back().has_to_be_sure = all.back().wait_for > duration{0} && !passes_questions_on(*to);
  }
  return all;
}

} // namespace weir
