#include "runtime/flow/settled_positions.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir {
namespace {

/// However long a sink is away, no more is kept: what is merged is told once all of it is settled.
constexpr auto stretches_max = std::size_t{1024};

auto is_told(const position_range& p) -> bool {
  return !is_local_stream(p.stream) && !is_window_stream(p.stream);
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
  if (waiting_.empty()) span_ = 1;
  auto fresh = stretch{sequence, {}};
  for (const auto& p : positions)
    if (is_told(p)) append(fresh.covers, p);
  if (fresh.covers.empty()) return;
  add(waiting_, std::move(fresh));
  if (waiting_.size() <= stretches_max) return;
  span_ *= 2;
  for (auto& s : std::exchange(waiting_, {})) add(waiting_, std::move(s));
}

/// Those of the same `span_` sequences are one.
void settled_positions::add(std::deque<stretch>& to, stretch fresh) const {
  if (to.empty() || to.back().last / span_ != fresh.last / span_) return void(to.push_back(std::move(fresh)));
  to.back().last = fresh.last;
  for (const auto& [stream, ranges] : fresh.covers)
    for (const auto& p : ranges) append(to.back().covers, p);
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
