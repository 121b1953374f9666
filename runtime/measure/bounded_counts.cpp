#include "runtime/measure/bounded_counts.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weir {

void bounded_counts::add(std::string_view name, std::uint64_t count) {
  total_ += count;
  auto at = counts_.find(name);
  if (at == counts_.end() && counts_.size() >= names_max) at = counts_.find(name = rest);
  if (at == counts_.end()) at = counts_.emplace(name, 0).first;
  at->second += count;
}

auto bounded_counts::of(std::string_view name) const -> std::uint64_t {
  const auto at = counts_.find(name);
  return at == counts_.end() ? 0 : at->second;
}

auto largest(const counts_by_name& counts) -> std::string {
  constexpr auto told_max = std::size_t{5};
  auto sorted = std::vector<std::pair<std::uint64_t, std::string_view>>{};
  for (const auto& [name, count] : counts) sorted.emplace_back(count, name);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto told = std::min(sorted.size(), told_max);
  auto text = std::string{};
  for (std::size_t i = 0; i < told; ++i)
    text.append(i > 0 ? ", " : "").append(sorted[i].second).append(" ").append(std::to_string(sorted[i].first));
  if (sorted.size() > told) text += " and " + std::to_string(sorted.size() - told) + " more";
  return text;
}

} // namespace weir
