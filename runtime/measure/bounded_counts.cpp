#include "runtime/measure/bounded_counts.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weir {

auto bounded_counts::number_of(std::string_view name) -> std::uint32_t {
  auto at = numbers_.find(name);
  if (at == numbers_.end() && numbers_.size() >= most_) at = numbers_.find(name = rest);
  if (at != numbers_.end()) return at->second;
  const auto number = static_cast<std::uint32_t>(counts_.size());
  counts_.push_back({});
  unpublished_.emplace_back(name);
  numbers_.emplace(name, number);
  return number;
}

void bounded_counts::note_change(std::uint32_t number) {
  if (!std::exchange(counts_[number].is_changed, true)) changed_.push_back(number);
}

void bounded_counts::add(std::string_view name, std::uint64_t count) {
  const auto number = number_of(name);
  total_ += count;
  counts_[number].count += count;
  note_change(number);
}

void bounded_counts::add(const bounded_counts& other) {
  other.for_each([&](const std::string& name, std::uint64_t count) { add(name, count); });
}

auto bounded_counts::rename(std::string_view from, std::string_view to, std::uint64_t count) -> std::uint64_t {
  const auto moved = std::min(of(from), count);
  if (moved == 0) return 0;
  const auto number = number_of(from);
  counts_[number].count -= moved;
  total_ -= moved;
  note_change(number);
  add(to, moved);
  return moved;
}

auto bounded_counts::of(std::string_view name) const -> std::uint64_t {
  const auto at = numbers_.find(name);
  return at == numbers_.end() ? 0 : counts_[at->second].count;
}

auto bounded_counts::all() const -> counts_by_name {
  auto found = counts_by_name{};
  for_each([&](const std::string& name, std::uint64_t count) { found.emplace(name, count); });
  return found;
}

void bounded_counts::publish(count_rows& to) {
  for (const auto& name : unpublished_) to.add(name);
  unpublished_.clear();
  for (const auto number : changed_) {
    to.set(number, counts_[number].count);
    counts_[number].is_changed = false;
  }
  changed_.clear();
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
