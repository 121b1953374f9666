#include "topology/plan.hpp"

#include "topology/classes.hpp"

#include <algorithm>

namespace weir {

auto topology_plan::find(std::string_view name) const -> const component_plan* {
  const auto at =
      std::find_if(components.begin(), components.end(), [&](const auto& c) { return c.name == name; });
  return at == components.end() ? nullptr : &*at;
}

auto instances_of(const component_plan& c) -> std::uint32_t {
  const auto* aggregator = std::get_if<aggregator_plan>(&c.details);
  return aggregator == nullptr ? 1 : aggregator->instances;
}

auto instances_written_of(const component_plan& c) -> std::uint32_t {
  const auto* aggregator = std::get_if<aggregator_plan>(&c.details);
  if (aggregator == nullptr) return 1;
  return aggregator->instances_written != 0 ? aggregator->instances_written : aggregator->instances;
}

auto is_first_numbered(const component_plan& c) -> bool { return instances_written_of(c) > 1; }

auto components_of(const topology_plan& plan, const std::vector<std::string>& classes)
    -> std::vector<const component_plan*> {
  auto hosted = std::vector<const component_plan*>{};
  for (const auto& c : plan.components)
    if (may_meet(classes, c.classes)) hosted.push_back(&c);
  return hosted;
}

namespace {

void fill_in(std::string& text, std::string_view name, std::string_view value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}

} // namespace

auto replicas_of(const component_plan& c) -> std::uint32_t {
  const auto* passes = std::get_if<aggregator_plan>(&c.details);
  return passes == nullptr ? 1 : passes->replicas;
}

void fill_in_node(std::string& path, std::string_view node) { fill_in(path, "{node}", node); }

auto buffer_root(const component_plan& aggregator, std::string_view node) -> std::string {
  auto path = std::get<aggregator_plan>(aggregator.details).buffer.path;
  fill_in(path, "{node}", node);
  fill_in(path, "{component}", aggregator.name);
  return path;
}

auto directory_of_node(const topology_plan& plan, std::string path, std::string_view node) -> std::string {
  const auto is_given = path.find("{node}") != std::string::npos;
  fill_in(path, "{node}", node);
  return is_given || plan.classes.empty() ? path : path + '/' + std::string{node};
}

auto buffer_directory(const component_plan& aggregator, std::string_view node, std::uint32_t instance)
    -> std::string {
  const auto root = buffer_root(aggregator, node);
  return instance > 0 || is_first_numbered(aggregator) ? root + '/' + std::to_string(instance) : root;
}

} // namespace weir
