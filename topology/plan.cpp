#include "topology/plan.hpp"

#include <algorithm>

namespace weir {

auto topology_plan::find(std::string_view name) const -> const component_plan* {
  const auto at =
      std::find_if(components.begin(), components.end(), [&](const auto& c) { return c.name == name; });
  return at == components.end() ? nullptr : &*at;
}

auto components_of(const topology_plan& plan, std::string_view class_name)
    -> std::vector<const component_plan*> {
  auto hosted = std::vector<const component_plan*>{};
  for (const auto& c : plan.components) {
    const auto& classes = c.classes;
    if (class_name.empty() || classes.empty()
        || std::find(classes.begin(), classes.end(), class_name) != classes.end())
      hosted.push_back(&c);
  }
  return hosted;
}

} // namespace weir
