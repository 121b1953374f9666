#include "runtime/flow/settled_positions.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir {
namespace {

/// However long a sink is away, no more is kept: what is merged is told once all of it is settled.
constexpr auto stretches_max = std::size_t{1024};

auto is_told(const position_range& p) -> bool {
  return !is_local_stream(p.stream) && !p.stream.starts_with(window_stream_mark);
}

} // namespace

/// What ends a stream stays behind all that it has.
void settled_positions::append(by_stream& to, const position_range& p) {
  auto& ranges = to[p.stream];
  if (!ranges.empty() && ranges.back().end == p.begin && p.end != end_of_stream)
    ranges.back().end = p.end;
  else
    ranges.push_back(p);
}

void settled_positions::add(std::uint64_t sequence, const std::vector<position_range>& positions) {
  auto fresh = stretch{sequence, {}};
  for (const auto& p : positions)
    if (is_told(p)) append(fresh.covers, p);
  if (fresh.covers.empty()) return;
  waiting_.push_back(std::move(fresh));
  if (waiting_.size() > stretches_max) merge_neighbours();
}

void settled_positions::merge_neighbours() {
  auto merged = std::deque<stretch>{};
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (i % 2 == 0) {
      merged.push_back(std::move(waiting_[i]));
      continue;
    }
    merged.back().last = waiting_[i].last;
    for (const auto& [stream, ranges] : waiting_[i].covers)
      for (const auto& p : ranges) append(merged.back().covers, p);
  }
  waiting_ = std::move(merged);
}

void settled_positions::settle_below(std::uint64_t sequence) {
  for (; !waiting_.empty() && waiting_.front().last < sequence; waiting_.pop_front())
    for (const auto& [stream, ranges] : waiting_.front().covers)
      for (const auto& p : ranges) append(news_, p);
}

auto settled_positions::take_news(std::size_t ranges_max) -> std::vector<position_range> {
  auto taken = std::vector<position_range>{};
  while (!news_.empty() && taken.size() < ranges_max) {
    auto at = news_.upper_bound(taken_up_to_);
    if (at == news_.end()) at = news_.begin();
    std::move(at->second.begin(), at->second.end(), std::back_inserter(taken));
    taken_up_to_ = at->first;
    news_.erase(at);
  }
  return taken;
}

} // namespace weir
