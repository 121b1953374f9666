#include "actors/collectors/taken_tags.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto verdicts_max = std::size_t{4096};
constexpr auto tell_interval = std::chrono::minutes{1};

} // namespace

void taken_tags::look_up(std::string_view tag) {
  auto at = known_.find(tag);
  if (at == known_.end()) {
    if (known_.size() >= verdicts_max) known_.clear();
    const auto is_taken =
        std::any_of(by_->begin(), by_->end(), [&](const tag_pattern& p) { return p.matches(tag); });
    at = known_.emplace(tag, is_taken).first;
  }
  latest_ = &*at;
}

auto untaken_report::text(const bounded_counts& all, monotonic_time now, bool is_last) -> std::string {
  if (all.total() == told_.total() || (!is_last && now < again_at_)) return {};
  auto fresh = counts_by_name{};
  for (const auto& [tag, count] : all.all())
    if (const auto more = count - told_.of(tag); more > 0) fresh.emplace(tag, more);
  const auto events = all.total() - told_.total();
  again_at_ = now + tell_interval;
  told_ = all;
  return "dropped " + std::to_string(events) + (events == 1 ? " event" : " events")
         + " that the \"match\" of no sink takes: " + largest(fresh);
}

} // namespace weir
