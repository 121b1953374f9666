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

/// Whether it may know what it has of a collector; an aggregator without a log asks others.
auto keeps_positions(const component_plan& c) -> bool {
  const auto* known = c.in == tier::sink ? plugin_registry<store>::find(c.type) : nullptr;
  return known == nullptr || known->promise(c.written).has_memory();
}

/// Whether it, or a sink that it passes questions on to, wants what sources still have.
auto wants_all(const building& b, const component_plan& c) -> bool {
  if (c.starts_at_all && keeps_positions(c)) return true;
  const auto* passes_on = std::get_if<aggregator_plan>(&c.details);
  return passes_on != nullptr && passes_on->buffer.type == buffer_type::memory
         && std::any_of(c.to.begin(), c.to.end(), [&](const auto& name) { return wants_all(b, *b.plan.find(name)); });
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

auto address_of(const building& b, const component_plan& c, std::uint32_t instance) -> std::string {
  auto address = b.context.node + '/' + word_of(c.in) + '/' + c.name;
  return instances_of(c) > 1 ? address + '/' + std::to_string(instance) : address;
}

auto context_of(const building& b, const component_plan& c) -> plugin_context {
  auto context = plugin_context{};
  context.component = c.name;
  context.node = b.context.node;
  context.once = b.context.once;
  context.descriptors = b.context.descriptors;
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

auto downstream_of(const building& b, const component_plan& c) -> std::vector<downstream_component> {
  auto all = std::vector<downstream_component>{};
  for (const auto& name : c.to) {
    const auto* to = b.plan.find(name);
    const auto is_local = std::find(b.hosted.begin(), b.hosted.end(), to) != b.hosted.end();
    all.push_back({name, instances_of(*to), is_local, keeps_positions(*to), wants_all(b, *to)});
  }
  return all;
}

} // namespace weir
