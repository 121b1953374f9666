#include "runtime/flow/inlet.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/flow/retention.hpp"

#include <algorithm>
#include <utility>

namespace weir {

void inlet::open(link_id link) {
  const auto fresh = links_.try_emplace(link).second;
  WEIR_ASSERT(fresh);
}

void inlet::close(link_id link) {
  const auto at = links_.find(link);
  if (at == links_.end()) return;
  granted_bytes_ -= at->second.credit();
  links_.erase(at);
}

void inlet::close_all() {
  links_.clear();
  granted_bytes_ = 0;
  granting_ = true;
}

void inlet::add_credit(link_state& link, std::int64_t bytes) {
  granted_bytes_ -= link.credit();
  link.granted += bytes;
  granted_bytes_ += link.credit();
}

/// Notes what a chunk says of its origin, and what its sender has to hear of that.
void inlet::meet(link_state& link, const chunk& c) {
  const auto origin = c.id.origin;
  if (link.origins.insert(origin).second)
    for (const auto& r : settled_.of(origin)) append_range(link.settled, r);
  // What a chunk says of itself does not count: it would never be stored.
  const auto below = std::min(c.settled_below, c.id.sequence);
  if (below <= 1) return;
  safe_.insert({origin, 1, below - 1}, now_s_);
  settled_.insert({origin, 1, below - 1}, now_s_);
}

auto inlet::receive(link_id link, const chunk& c) -> arrival {
  const auto at = links_.find(link);
  if (at == links_.end()) return arrival::unknown_link;
  const auto bytes = c.footprint_bytes();
  add_credit(at->second, -static_cast<std::int64_t>(bytes));
  meet(at->second, c);
  if (const auto known = held_.find(c.id); known != held_.end()) {
    auto& senders = known->second.senders;
    if (std::find(senders.begin(), senders.end(), link) != senders.end()) return arrival::held;
    // Links that are closed owe nothing, or a flapping link would leave a trace each time.
    senders.erase(
        std::remove_if(senders.begin(), senders.end(), [&](link_id l) { return links_.count(l) == 0; }),
        senders.end());
    senders.push_back(link);
    at->second.held += known->second.bytes;
    return arrival::held;
  }
  if (safe_.contains(c.id)) {
    at->second.acks.push_back(c.id);
    return arrival::safe;
  }
  held_.emplace(c.id, held_chunk{{link}, bytes});
  at->second.held += bytes;
  held_bytes_ += bytes;
  return arrival::fresh;
}

void inlet::make_safe(const chunk_id& id) {
  const auto at = held_.find(id);
  WEIR_ASSERT(at != held_.end());
  held_bytes_ -= at->second.bytes;
  for (const auto link : at->second.senders) {
    const auto sender = links_.find(link);
    if (sender == links_.end()) continue;
    sender->second.held -= at->second.bytes;
    sender->second.acks.push_back(id);
  }
  held_.erase(at);
  safe_.insert(id, now_s_);
}

void inlet::settle(const id_range& stored) {
  settled_.insert(stored, now_s_);
  for (auto& [id, link] : links_)
    if (link.origins.contains(stored.origin)) append_range(link.settled, stored);
}

auto inlet::unseen_in(const id_range& r) const -> std::vector<id_range> {
  auto parts = std::vector<id_range>{};
  for (const auto& [id, chunk] : held_)
    if (id.origin == r.origin && id.sequence >= r.first && id.sequence <= r.last) return parts;
  auto next = r.first;
  for (const auto& seen : safe_.common(r)) {
    if (seen.first > next) parts.push_back({r.origin, next, seen.first - 1});
    if (seen.last == UINT64_MAX) return parts;
    next = seen.last + 1;
  }
  if (next <= r.last) parts.push_back({r.origin, next, r.last});
  return parts;
}

auto inlet::seen_in(const id_range& r) const -> std::vector<id_range> {
  auto parts = safe_.common(r);
  for (const auto& [id, chunk] : held_)
    if (id.origin == r.origin && id.sequence >= r.first && id.sequence <= r.last)
      parts.push_back({id.origin, id.sequence, id.sequence});
  return parts;
}

void inlet::forget(std::int64_t before_s, std::int64_t now_s) {
  now_s_ = now_s;
  for (auto* known : {&safe_, &settled_}) {
    known->note_unknown_seen(now_s);
    known->forget(before_s, origins_max);
  }
}

auto inlet::floor() const -> std::uint64_t {
  const auto part = settings_.floors_bytes / std::max<std::size_t>(1, links_.size());
  return std::min(settings_.floor_bytes, std::max(part, settings_.least_floor_bytes));
}

/// The most that all links may have beyond the capacity.
auto inlet::all_floors() const -> std::uint64_t {
  constexpr auto times = std::uint64_t{6}; // 1 + ln(receiver_links::links_max / 32), and then some
  return std::min(links_.size() * settings_.floor_bytes,
                  times * settings_.floors_bytes + links_.size() * settings_.least_floor_bytes);
}

auto inlet::grant_due(const link_state& link) const -> std::uint64_t {
  const auto used = link.credit() + link.held;
  const auto least = floor();
  const auto share =
      std::max(least, settings_.capacity_bytes / std::max<std::size_t>(1, links_.size()));
  if (!granting_ || used >= share) return 0;
  const auto up_to = [all_used = granted_bytes_ + held_bytes_](std::uint64_t bound) {
    return bound > all_used ? bound - all_used : 0;
  };
  const auto spare = up_to(settings_.capacity_bytes);
  const auto up_to_floor = least > used ? least - used : 0;
  // What closed links left counts too, or senders that come and go would each add a floor.
  const auto bound = up_to(settings_.capacity_bytes + all_floors());
  const auto room = std::min(share - used, std::max(spare, std::min(up_to_floor, bound)));
  if (room == 0) return 0;
  // Small change waits, unless the sender has nothing left.
  const auto debt = link.granted < 0 ? static_cast<std::uint64_t>(-link.granted) : 0;
  return room >= share / 8 || link.granted <= 0 ? room + debt : 0;
}

auto inlet::take_feedback() -> std::vector<feedback> {
  auto all = std::vector<feedback>{};
  for (auto& [id, link] : links_) {
    // That something is settled goes along with acks and grants while there are some to come.
    constexpr auto settled_max = std::size_t{64};
    const auto due = grant_due(link);
    const auto settled_is_due = link.settled.size() >= settled_max || (link.held == 0 && !link.settled.empty());
    if (due == 0 && link.acks.empty() && !settled_is_due) continue;
    add_credit(link, static_cast<std::int64_t>(due));
    all.push_back({id, due, std::exchange(link.acks, {}), std::exchange(link.settled, {})});
  }
  return all;
}

} // namespace weir
