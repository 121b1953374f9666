#include "runtime/log/record_ids.hpp"

#include <algorithm>
#include <iterator>

namespace weir {

void record_ids::add(std::uint64_t number, const chunk_id& id) {
  if (!runs_.empty()) {
    auto& last = runs_.back();
    if (number < last.first + last.count) return;
    if (number == last.first + last.count && id == chunk_id{last.id.origin, last.id.sequence + last.count}) {
      ++last.count;
      return;
    }
  }
  runs_.push_back({number, id, 1});
}

auto record_ids::find(std::uint64_t number) const -> std::optional<chunk_id> {
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), number,
                                      [](std::uint64_t n, const run& r) { return n < r.first; });
  if (after == runs_.begin()) return std::nullopt;
  const auto& at = *std::prev(after);
  const auto behind = number - at.first;
  if (behind >= at.count) return std::nullopt;
  return chunk_id{at.id.origin, at.id.sequence + behind};
}

void record_ids::drop_before(std::uint64_t number) {
  while (!runs_.empty() && runs_.front().first + runs_.front().count <= number) runs_.pop_front();
}

} // namespace weir
