#include "runtime/parser/named_groups.hpp"

#include <algorithm>
#include <tuple>

namespace weir {

void group_by_name(std::span<named_thing> things) {
  std::sort(things.begin(), things.end(),
            [](const auto& a, const auto& b) { return std::tie(a.name, a.index) < std::tie(b.name, b.index); });
  for (std::size_t i = 0; i < things.size(); ++i)
    things[i].first = i > 0 && things[i].name == things[i - 1].name ? things[i - 1].first : things[i].index;
  std::sort(things.begin(), things.end(),
            [](const auto& a, const auto& b) { return std::tie(a.first, a.index) < std::tie(b.first, b.index); });
}

auto group_size(std::span<const named_thing> things) -> std::size_t {
  const auto end = std::find_if(things.begin(), things.end(), [&](const auto& t) { return t.first != things.front().first; });
  return static_cast<std::size_t>(end - things.begin());
}

} // namespace weir
