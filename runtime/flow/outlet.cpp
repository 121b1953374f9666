#include "runtime/flow/outlet.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/event/chunk_part.hpp"
#include "runtime/flow/trim.hpp"

#include <algorithm>
#include <set>

namespace weir {
namespace {

/// It says nothing of positions that its receivers have by another chunk, which may be behind it on its way.
auto what_is_new(chunk_ptr c, const position_index& known) -> chunk_ptr {
  auto left = std::vector<position_range>{};
  auto is_known = false;
  for (const auto& p : c->positions) {
    auto from = p.begin;
    for (const auto& had : known.common(c->source, p)) {
      is_known = true;
      if (from < had.begin) left.push_back({p.stream, from, had.begin});
      from = had.end;
    }
    if (from < p.end) left.push_back({p.stream, from, p.end});
  }
  return is_known ? part_of_events(c, trim(*c, known), std::move(left)) : c;
}

} // namespace

auto outlet::add(chunk_ptr c, monotonic_time now) -> std::pair<const ticket, entry>& {
  if (known_) c = what_is_new(std::move(c), *known_);
  if (!settings_.match.matches_all()) c = part_that_matches(std::move(c), settings_.match);
  const auto id = c->id;
  const auto bytes = c->footprint_bytes();
  const auto number = next_ticket_++;
  const auto fresh = by_id_.emplace(id, number).second;
  WEIR_ASSERT(fresh);
  return *chunks_.emplace(number, entry{c, bytes, stream_of(*c), 0, now}).first;
}

void outlet::push(chunk_ptr c, monotonic_time now) {
  auto& [number, e] = add(std::move(c), now);
  wait_again(number, e);
}

auto outlet::find(peer_id peer) -> peer_state* {
  const auto at = std::find_if(peers_.begin(), peers_.end(), [&](const auto& p) { return p.id == peer; });
  return at == peers_.end() ? nullptr : &*at;
}

void outlet::peer_up(peer_id peer, std::string address) {
  WEIR_ASSERT(peer != 0 && find(peer) == nullptr);
  auto fresh = peer_state{};
  fresh.id = peer;
  fresh.address = std::move(address);
  fresh.node = fresh.address.substr(0, fresh.address.find('/'));
  peers_.push_back(std::move(fresh));
}

void outlet::peer_down(peer_id peer) {
  const auto* known = find(peer);
  const auto address = known == nullptr ? std::string{} : known->address;
  const auto gone = std::remove_if(peers_.begin(), peers_.end(), [&](const auto& p) { return p.id == peer; });
  peers_.erase(gone, peers_.end());
  for (auto& [number, e] : chunks_) {
    if (is_copied() && !e.content->is_notice) {
      lose_copy(number, e, peer);
      continue;
    }
    std::erase(e.others, peer);
    if (e.peer != peer) continue;
    if (!e.others.empty()) {
      e.peer = e.others.back(), e.others.pop_back();
      continue;
    }
    forget_in_flight(e);
    if (waits_for_sure(e))
      be_unsure(number, e, address);
    else
      wait_again(number, e);
  }
  if (const auto at = unsure_.find(address); at != unsure_.end()) at->second.since.reset();
}

void outlet::wait_again(ticket number, entry& e) {
  e.peer = 0;
  waiting_.emplace(number, &e);
  waiting_bytes_ += e.bytes;
}

void outlet::drop_peers() {
  while (!peers_.empty()) peer_down(peers_.back().id);
}

void outlet::revoke(peer_id peer) {
  if (auto* p = find(peer)) {
    p->credit = 0;
    p->leaving = true;
  }
}

void outlet::grant(peer_id peer, std::uint64_t bytes) {
  if (auto* p = find(peer)) p->credit += static_cast<std::int64_t>(bytes);
}

auto outlet::take_ack(entry& e, peer_id from) -> bool {
  if (is_copied() && !e.content->is_notice) return take_copy_ack(e, from);
  if (const auto other = std::find(e.others.begin(), e.others.end(), from); other != e.others.end())
    std::swap(e.peer, *other);
  else if (!e.others.empty() && e.peer != from)
    return false;
  if (auto* p = find(e.peer)) p->in_flight_bytes -= e.bytes;
  if (e.others.empty()) return true;
  e.peer = e.others.back();
  e.others.pop_back();
  return false;
}

auto outlet::ack(const std::vector<chunk_id>& ids, peer_id from) -> std::vector<chunk_ptr> {
  auto safe = std::vector<chunk_ptr>{};
  for (const auto& id : ids) {
    const auto known = by_id_.find(id);
    if (known == by_id_.end()) continue;
    const auto at = chunks_.find(known->second);
    auto& e = at->second;
    if (e.peer == 0 && is_copied() && !e.content->is_notice) {
      take_copy_ack(e, from);
      continue;
    }
    if (e.peer == 0 && waiting_.erase(at->first) > 0) {
      waiting_bytes_ -= e.bytes;
    } else if (e.peer == 0) {
      take_unsure(at->first, e);
    } else if (!take_ack(e, from)) {
      continue;
    } else {
      forget_in_flight(e);
    }
    lacking_.erase(at->first);
    safe.push_back(std::move(e.content));
    chunks_.erase(at);
    by_id_.erase(known);
  }
  return safe;
}

auto outlet::should_linger(const peer_state& peer, const entry& first, monotonic_time now) const -> bool {
  return peer.in_flight_bytes > 0 && waiting_bytes_ < settings_.transfer_bytes_max
         && now < first.since + settings_.linger;
}

void outlet::send(const chunk_ptr& c, std::uint64_t bytes, peer_state& peer, std::vector<transfer>& out) {
  auto at = std::find_if(out.rbegin(), out.rend(), [&](const auto& t) { return t.peer == peer.id; });
  if (at == out.rend() || at->bytes + bytes > settings_.transfer_bytes_max) {
    out.push_back({peer.id, {}, 0});
    at = out.rbegin();
  }
  at->chunks.push_back(c);
  at->bytes += bytes;
  peer.credit -= static_cast<std::int64_t>(bytes);
  peer.in_flight_bytes += bytes;
  ++peer.sent_chunks;
}

void outlet::forget_in_flight(const entry& e) {
  const auto at = e.content->is_notice ? streams_.end() : streams_.find({e.stream, e.peer});
  if (at != streams_.end() && --at->second == 0) streams_.erase(at);
}

auto outlet::is_with_another(const entry& e, peer_id peer) const -> bool {
  for (auto at = streams_.lower_bound({e.stream, 0}); at != streams_.end() && at->first.first == e.stream; ++at)
    if (at->first.second != peer) return true;
  return false;
}

/// Small as it is, a notice waits for nobody's credit. What sticks goes to nobody new before the old one has acked all: it
/// would overtake.
auto outlet::receiver_of(const entry& e) -> peer_state* {
  if (!e.content->is_notice) {
    auto* chosen = choose(settings_.policy, peers_, e.stream, e.bytes);
    const auto is_early = chosen != nullptr && settings_.policy == balance_policy::sticky && is_with_another(e, chosen->id);
    const auto is_alone = chosen != nullptr && is_copied() && !can_copy(e, *chosen);
    return is_early || is_alone ? nullptr : chosen;
  }
  const auto at = std::find_if(peers_.begin(), peers_.end(), [](const auto& p) { return !p.leaving; });
  return at == peers_.end() ? nullptr : &*at;
}

void outlet::assign(entry& e, peer_state& peer, std::vector<transfer>& out) {
  e.peer = peer.id;
  waiting_bytes_ -= e.bytes;
  send(e.content, e.bytes, peer, out);
  if (!e.content->is_notice) {
    ++streams_[{e.stream, peer.id}];
    return;
  }
  for (auto& other : peers_) {
    if (other.leaving || other.id == peer.id) continue;
    e.others.push_back(other.id);
    send(e.content, e.bytes, other, out);
  }
}

auto outlet::poll(monotonic_time now) -> std::vector<transfer> {
  auto out = std::vector<transfer>{};
  auto stuck = std::set<std::uint64_t>{};
  const auto keeps_order = settings_.policy == balance_policy::sticky;
  const auto lingers = settings_.linger.count() > 0;
  linger_until_.reset();
  send_missing_copies(out);
  if (!unsure_.empty()) send_unsure_again(now, out);
  // It would overtake.
  if (keeps_order)
    for (const auto& [address, what] : unsure_)
      for (const auto number : what.all) stuck.insert(chunks_.at(number).stream);
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    auto& e = *at->second;
    auto* peer = stuck.contains(e.stream) ? nullptr : receiver_of(e);
    if (peer != nullptr && lingers && out.empty() && should_linger(*peer, e, now)) {
      linger_until_ = e.since + settings_.linger;
      break;
    }
    if (peer != nullptr) {
      assign(e, *peer, out);
      if (is_copied() && !e.content->is_notice) send_copies(at->first, e, *peer, out);
      at = waiting_.erase(at);
      continue;
    }
    if (!keeps_order) break;
    stuck.insert(e.stream);
    ++at;
  }
  return out;
}

auto outlet::credit_bytes() const -> std::uint64_t {
  auto sum = std::uint64_t{0};
  for (const auto& p : peers_) sum += p.credit_bytes();
  return sum;
}

auto outlet::in_flight_bytes() const -> std::uint64_t {
  auto sum = std::uint64_t{0};
  for (const auto& p : peers_) sum += p.in_flight_bytes;
  return sum;
}

auto outlet::room_bytes() const -> std::uint64_t {
  const auto credit = credit_bytes() / settings_.copies;
  return credit > waiting_bytes_ ? credit - waiting_bytes_ : 0;
}

auto outlet::unacked_events() const -> std::uint64_t {
  auto sum = std::uint64_t{0};
  for (const auto& [number, e] : chunks_) sum += e.content->count;
  return sum;
}

auto outlet::unacked() const -> std::vector<chunk_ptr> {
  auto all = std::vector<chunk_ptr>{};
  for (const auto& [number, e] : chunks_) all.push_back(e.content);
  return all;
}

auto outlet::is_left() const -> bool {
  return std::any_of(peers_.begin(), peers_.end(),
                     [](const auto& p) { return p.leaving && p.in_flight_bytes == 0; });
}

auto outlet::is_hungry() const -> bool {
  return std::any_of(peers_.begin(), peers_.end(),
                     [](const auto& p) { return p.credit > 0 && p.in_flight_bytes == 0; });
}

} // namespace weir
