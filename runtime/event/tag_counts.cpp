#include "runtime/event/tag_counts.hpp"

#include <algorithm>
#include <vector>

namespace weir {

auto largest_counts(const tag_counts& counts) -> std::string {
  constexpr auto told_max = std::size_t{5};
  auto sorted = std::vector<std::pair<std::uint64_t, std::string_view>>{};
  for (const auto& [tag, events] : counts) sorted.emplace_back(events, tag);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto told = std::min(sorted.size(), told_max);
  auto text = std::string{};
  for (std::size_t i = 0; i < told; ++i)
    text.append(i > 0 ? ", " : "").append(sorted[i].second).append(" ").append(std::to_string(sorted[i].first));
  if (sorted.size() > told) text += " and " + std::to_string(sorted.size() - told) + " tags more";
  return text;
}

} // namespace weir
