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

auto untaken_report::text(const tag_counts& all, monotonic_time now, bool is_last) -> std::string {
  if (all.empty() || (!is_last && now < again_at_)) return {};
  auto fresh = tag_counts{};
  auto events = std::uint64_t{0};
  for (const auto& [tag, count] : all) {
    const auto known = told_.find(tag);
    const auto more = count - (known == told_.end() ? 0 : known->second);
    if (more > 0) fresh.emplace(tag, more);
    events += more;
  }
  if (fresh.empty()) return {};
  again_at_ = now + tell_interval;
  told_ = all;
  return "dropped " + std::to_string(events) + (events == 1 ? " event" : " events")
         + " that the \"match\" of no sink takes: " + largest_counts(fresh);
}

} // namespace weir
