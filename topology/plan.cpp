#include "topology/plan.hpp"

#include <algorithm>

namespace weir {

auto topology_plan::find(std::string_view name) const -> const component_plan* {
  const auto at =
      std::find_if(components.begin(), components.end(), [&](const auto& c) { return c.name == name; });
  return at == components.end() ? nullptr : &*at;
}

auto components_of(const topology_plan& plan, const std::vector<std::string>& classes)
    -> std::vector<const component_plan*> {
  auto hosted = std::vector<const component_plan*>{};
  for (const auto& c : plan.components) {
    const auto is_class_of_node = [&](const std::string& name) {
      return std::find(classes.begin(), classes.end(), name) != classes.end();
    };
    if (classes.empty() || c.classes.empty()
        || std::any_of(c.classes.begin(), c.classes.end(), is_class_of_node))
      hosted.push_back(&c);
  }
  return hosted;
}

} // namespace weir
