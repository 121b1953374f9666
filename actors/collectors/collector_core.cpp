#include "actors/collectors/collector_core.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace weir {
namespace {

constexpr auto chunk_body_bytes_max = std::size_t{1} << 20;
constexpr auto keep_again_after = std::chrono::seconds{1};

} // namespace

void collector_core::resume(resume_info known, const std::vector<std::vector<position_range>>& by_outlet) {
  // How old these are is not known: as many newer ones may come before the first of them is forgotten.
  handed_on_ = position_index{window_streams_max + known.covered.size()};
  for (const auto& p : known.covered) handed_on_.add(address_, p);
  for (auto& p : known.partly) partly_[p.stream].push_back(p);
  behind_.resize(partly_.empty() ? 0 : by_outlet.size());
  for (std::size_t i = 0; i < behind_.size(); ++i) {
    behind_[i] = position_index{SIZE_MAX};
    for (const auto& p : by_outlet[i]) behind_[i].add(address_, p);
  }
}

auto collector_core::places_of(const chunk& c) const -> std::vector<bool> {
  auto is_there = std::vector<bool>{};
  for (const auto& b : behind_) is_there.push_back(b.covers(address_, c.positions));
  const auto everywhere = std::find(is_there.begin(), is_there.end(), false) == is_there.end();
  return everywhere ? std::vector<bool>{} : is_there;
}

auto collector_core::begin_again() -> resume_info {
  builder.roll_back();
  letters.all.resize(letters.placed); // the rest is read again
  for (const auto& p : builder.positions()) handed_on_.add(address_, p);
  ++starts;
  auto partly = std::vector<position_range>{};
  for (const auto& [stream, ranges] : partly_) partly.insert(partly.end(), ranges.begin(), ranges.end());
  return {handed_on_.of(address_), std::move(partly)};
}

auto collector_core::is_known_partly(const position_range& p) const -> bool {
  const auto known = partly_.find(p.stream);
  return known != partly_.end()
         && std::any_of(known->second.begin(), known->second.end(),
                        [&](const position_range& k) { return p.begin < k.end && k.begin < p.end; });
}

void collector_core::at_save_point(const position_range& read) {
  if (is_known_partly(read))
    builder.set_apart();
  else if (is_catching_up())
    builder.mark();
}

auto collector_core::is_reread(const std::vector<position_range>& positions) -> bool {
  if (partly_.empty()) return false;
  const auto found =
      std::any_of(positions.begin(), positions.end(), [&](const auto& p) { return is_known_partly(p); });
  for (const auto& p : positions) {
    const auto known = partly_.find(p.stream);
    if (known == partly_.end()) continue;
    std::erase_if(known->second, [&](const position_range& k) { return p.end >= k.end; });
    if (known->second.empty()) partly_.erase(known);
  }
  return found;
}

auto collector_core::keep_letters(const clock& now) -> bool {
  if (letters.placed == 0) return true;
  if (now.monotonic() < keep_again_at_) return false;
  const auto placed = std::span{letters.all}.first(letters.placed);
  const auto done = dead_letters ? dead_letters->keep(placed, now.monotonic()) : letter_fate::unkept;
  if (!done) {
    keep_again_at_ = now.monotonic() + keep_again_after;
    last_error = done.failure().what;
    spdlog::warn("{}: {}", address_, last_error);
    return false;
  }
  count_letters(*done);
  letters.all.erase(letters.all.begin(), letters.all.begin() + static_cast<std::ptrdiff_t>(letters.placed));
  letters.placed = 0;
  return true;
}

/// Of those that are placed. They were dropped as unparsed already.
void collector_core::count_letters(letter_fate fate) {
  for (const auto& letter : std::span{letters.all}.first(letters.placed))
    if (fate == letter_fate::kept) counts.dead_letters.add(letter.tag, 1);
  if (fate != letter_fate::lost) return;
  auto& unparsed = counts.dropped["unparsed"];
  const auto lost = std::min<std::uint64_t>(unparsed, letters.placed);
  unparsed -= lost;
  counts.dropped[std::string{letter_lost}] += lost;
}

void collector_core::close_chunk(const clock& now) {
  if (builder.empty() || !keep_letters(now)) return;
  for (auto& c : builder.take(chunk_body_bytes_max)) {
    c->id = {origin_, next_sequence_++};
    c->source = address_;
    c->is_reread = is_reread(c->positions);
    c->settled_below = std::min(flow.settled_floor(origin_), c->id.sequence);
    c->closed_ns = now.wall_ns();
    for (const auto& p : c->positions) handed_on_.add(address_, p);
    unacked_.push_back({c->id.sequence, false, c->positions});
    std::erase_if(c->positions, [](const position_range& p) { return is_local_stream(p.stream); });
    events_closed += c->count;
    bytes_closed += c->body.size();
    flow.push(c, now.monotonic(), c->is_reread ? places_of(*c) : std::vector<bool>{});
  }
}

auto collector_core::on_news(link_news news) -> std::vector<position_range> {
  (void)flow.settle(news.outlet, news.settled);
  for (const auto& c : flow.release(std::move(news.acked))) {
    events_acked += c->count;
    bytes_acked += c->body.size();
    const auto at = std::lower_bound(unacked_.begin(), unacked_.end(), c->id.sequence,
                                     [](const unacked& u, std::uint64_t s) { return u.sequence < s; });
    WEIR_ASSERT(at != unacked_.end() && at->sequence == c->id.sequence);
    at->is_acked = true;
  }
  auto safe = std::vector<position_range>{};
  for (; !unacked_.empty() && unacked_.front().is_acked; unacked_.pop_front())
    std::move(unacked_.front().positions.begin(), unacked_.front().positions.end(), std::back_inserter(safe));
  return safe;
}

auto collector_core::budget_bytes() const -> std::size_t {
  const auto room = flow.room_bytes();
  return room > builder.bytes() ? static_cast<std::size_t>(room - builder.bytes()) : 0;
}

} // namespace weir
