#include "actors/collectors/collector_core.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace weir {
namespace {

constexpr auto chunk_body_bytes_max = std::size_t{1} << 20;
constexpr auto keep_again_after = std::chrono::seconds{1};

/// Without those that only say that a stream is over.
auto ranges_of(const chunk& c) -> std::vector<position_range> {
  auto ranges = c.positions;
  std::erase_if(ranges, [](const position_range& p) { return p.end == end_of_stream; });
  return ranges;
}

/// `range` less these parts of it, which are in order and disjoint.
auto without(const position_range& range, const std::vector<position_range>& parts) -> std::vector<position_range> {
  auto left = std::vector<position_range>{};
  auto at = range.begin;
  for (const auto& part : parts) {
    if (part.begin > at) left.push_back({range.stream, at, part.begin});
    at = part.end;
  }
  if (at < range.end || parts.empty()) left.push_back({range.stream, at, range.end});
  return left;
}

} // namespace

void collector_core::resume(const std::vector<std::vector<position_range>>& by_outlet,
                            std::vector<bool> undecided, bool gives_again,
                            std::vector<position_range> partly) {
  undecided_ = std::move(undecided);
  partly_behind_ = std::move(partly);
  gives_again_ = gives_again;
  behind_.assign(by_outlet.size(), position_index{SIZE_MAX});
  for (std::size_t i = 0; i < behind_.size(); ++i)
    for (const auto& p : by_outlet[i])
      if (!is_undecided(i)) behind_[i].add(address_, p);
  combine();
  if (!is_catching_up()) behind_.clear();
}

auto collector_core::has_undecided() const -> bool {
  return std::find(undecided_.begin(), undecided_.end(), true) != undecided_.end();
}

void collector_core::combine() {
  auto decided = std::vector<std::vector<position_range>>{};
  for (std::size_t i = 0; i < behind_.size(); ++i)
    if (!is_undecided(i)) decided.push_back(behind_[i].of(address_));
  // A client must not get its ack for what an undecided one may lack.
  if (!gives_again_ && has_undecided()) decided.emplace_back();
  const auto known = where_to_go_on(address_, decided);
  auto local = handed_on_.of(address_);
  std::erase_if(local, [](const position_range& p) { return !is_local_stream(p.stream); });
  // How old these are is not known: as many newer ones may come before the first of them is forgotten.
  handed_on_ = position_index{window_streams_max + known.covered.size()};
  for (const auto& p : known.covered) handed_on_.add(address_, p);
  for (const auto& p : local) handed_on_.add(address_, p);
  partly_.clear();
  for (const auto* some : {&known.partly, &std::as_const(partly_behind_)})
    for (const auto& p : *some) partly_[p.stream].push_back(p);
  // A source that goes on as it is was never told of these.
  if (!gives_again_ && starts > 0)
    for (const auto& p : known.covered) partly_[p.stream].push_back(p);
}

/// Of what the chunk covers, only the part that is in `to` becomes safe: also not with chunks after it, which have
/// the rest once more for other outlets.
void collector_core::trim(const chunk& c, const position_index& to) {
  auto rest = position_index{SIZE_MAX};
  for (const auto& p : ranges_of(c))
    for (const auto& part : without(p, to.common(address_, p))) rest.add(address_, part);
  for (auto& u : unacked_) {
    auto left = std::vector<position_range>{};
    for (const auto& p : u.positions)
      for (auto& part : without(p, rest.common(address_, p))) left.push_back(std::move(part));
    u.positions = std::move(left);
  }
}

auto collector_core::decide(std::size_t outlet, const std::vector<position_range>& known,
                            std::vector<position_range> partly) -> decision {
  partly_behind_ = std::move(partly);
  auto has = position_index{SIZE_MAX};
  for (const auto& p : known) has.add(address_, p);
  auto done = link_news{outlet, {}, {}};
  auto ids = std::vector<chunk_id>{};
  auto& behind = behind_[outlet] = has;
  for (const auto& c : flow.at(outlet).waiting_chunks()) {
    const auto ranges = ranges_of(*c);
    const auto is_there = has.covers(address_, ranges);
    const auto is_new = std::all_of(ranges.begin(), ranges.end(),
                                    [&](const auto& p) { return has.common(address_, p).empty(); });
    if (is_new || (!is_there && !gives_again_)) {
      for (const auto& p : c->positions) behind.add(address_, p);
      continue;
    }
    if (!is_there) trim(*c, has); // the rest comes again
    ids.push_back(c->id);
    append_range(done.settled, {c->id.origin, c->id.sequence, c->id.sequence});
  }
  done.acked = flow.at(outlet).ack(ids);
  auto decided = decision{on_news(std::move(done)), false};
  undecided_[outlet] = false;
  combine();
  decided.begins_again = gives_again_ && !partly_.empty();
  return decided;
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
  if (is_known_partly(read) || (!gives_again_ && has_undecided()))
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
    if (last_error != done.failure().what)
      spdlog::warn("{}: {}; it is tried again until it works", address_, done.failure().what);
    last_error = done.failure().what;
    last_error_ns = now.wall_ns();
    return false;
  }
  last_error.clear();
  last_error_ns = 0;
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
    if (!has_undecided()) continue;
    for (auto& b : behind_)
      for (const auto& p : c->positions) b.add(address_, p);
  }
}

auto collector_core::on_news(link_news news) -> std::vector<position_range> {
  (void)flow.settle(news.outlet, news.settled);
  for (const auto& c : flow.release(news.acked)) {
    events_acked += c.events;
    bytes_acked += c.bytes;
    const auto at = std::lower_bound(unacked_.begin(), unacked_.end(), c.id.sequence,
                                     [](const unacked& u, std::uint64_t s) { return u.sequence < s; });
    WEIR_ASSERT(at != unacked_.end() && at->sequence == c.id.sequence);
    at->is_acked = true;
  }
  auto safe = std::vector<position_range>{};
  for (; !unacked_.empty() && unacked_.front().is_acked; unacked_.pop_front())
    std::move(unacked_.front().positions.begin(), unacked_.front().positions.end(), std::back_inserter(safe));
  return safe;
}

void collector_core::tell_untaken(monotonic_time now, bool is_last) {
  if (const auto text = untaken_.text(counts.no_sink, now, is_last); !text.empty())
    spdlog::warn("{}: {}", address_, text);
}

auto collector_core::budget_bytes() const -> std::size_t {
  const auto room = flow.room_bytes(hold_bytes);
  return room > builder.bytes() ? static_cast<std::size_t>(room - builder.bytes()) : 0;
}

} // namespace weir
