#include "runtime/measure/bounded_counts.hpp"

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

} // namespace weir
