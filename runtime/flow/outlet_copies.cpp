#include "runtime/flow/outlet.hpp"

#include "runtime/base/assert.hpp"

#include <algorithm>

// A chunk of which several nodes have to have a copy: one of them is to pass it on, the others hold theirs in case that
// one does not. What a node has acked it has, whatever becomes of its link.

namespace weir {
namespace {

auto node_of(const std::string& address) -> std::string { return address.substr(0, address.find('/')); }

auto copy_for(const chunk_ptr& c, const std::string& holder) -> chunk_ptr {
  auto made = std::make_shared<chunk>(*c); // the body is shared
  made->copy_of = holder;
  return made;
}

} // namespace

void outlet::push_held(chunk_ptr c, const std::string& holder, std::vector<std::string> nodes_with, std::uint32_t copies,
                       monotonic_time now) {
  constexpr auto owner = UINT64_MAX; // is no peer, and has it
  WEIR_ASSERT(is_copied() && copies > 0);
  const auto number = next_ticket_++;
  const auto fresh = by_id_.emplace(c->id, number).second;
  WEIR_ASSERT(fresh);
  const auto bytes = c->footprint_bytes();
  auto& e = chunks_.emplace(number, entry{std::move(c), bytes, 0, owner, now}).first->second;
  e.has = std::move(nodes_with);
  e.holder = holder;
  e.lacks = copies;
  e.is_taken = true;
  lacking_.insert(number);
}

auto outlet::nodes_there() const -> std::size_t {
  auto nodes = std::set<std::string_view>{};
  for (const auto& p : peers_)
    if (!p.leaving) nodes.insert(p.node);
  return nodes.size();
}

auto outlet::lacks_nodes() const -> bool { return is_copied() && nodes_there() < settings_.copies; }

auto outlet::has_copy(const entry& e, const std::string& node) -> bool {
  if (std::find(e.has.begin(), e.has.end(), node) != e.has.end()) return true;
  return std::any_of(e.others.begin(), e.others.end(), [&](peer_id id) {
    const auto* p = find(id);
    return p != nullptr && p->node == node;
  });
}

/// Who may get the next copy: of another node, and of another zone if there is one; of these who has most credit.
auto outlet::copy_peer(const entry& e) -> peer_state* {
  const auto zone_of = [&](const std::string& node) { return settings_.zone_of ? settings_.zone_of(node) : std::string{}; };
  const auto holder = node_of(e.holder);
  const auto zone = zone_of(holder);
  auto* best = static_cast<peer_state*>(nullptr);
  auto is_best_away = false;
  for (auto& p : peers_) {
    if (p.leaving || p.node == holder || !p.takes(e.bytes) || has_copy(e, p.node)) continue;
    const auto is_away = zone_of(p.node) != zone;
    if (best != nullptr && (is_best_away > is_away || (is_best_away == is_away && best->credit >= p.credit))) continue;
    best = &p;
    is_best_away = is_away;
  }
  return best;
}

/// Whether all that it takes can go now. Where fewer nodes are enough, those that are there.
auto outlet::can_copy(const entry& e, const peer_state& holder) -> bool {
  const auto there = nodes_there();
  if (there < settings_.copies && settings_.waits_for_copies) return false;
  auto nodes = std::set<std::string_view>{};
  for (const auto& p : peers_)
    if (!p.leaving && p.node != holder.node && (p.takes(e.bytes) || has_copy(e, p.node))) nodes.insert(p.node);
  return nodes.size() + 1 >= std::min<std::size_t>(settings_.copies, there);
}

void outlet::send_copies(ticket number, entry& e, peer_state& holder, std::vector<transfer>& out) {
  // It may have been sent a copy for the one before: it acks both at once.
  if (std::erase(e.others, holder.id) > 0) holder.in_flight_bytes -= e.bytes;
  e.holder = holder.address;
  auto placed = std::uint32_t{1};
  for (const auto& node : e.has) placed += node != holder.node;
  for (const auto id : e.others) placed += find(id)->node != holder.node;
  const auto copy = copy_for(e.content, holder.address);
  for (; placed < settings_.copies; ++placed) {
    auto* to = copy_peer(e);
    if (to == nullptr) break;
    e.others.push_back(to->id);
    send(copy, e.bytes, *to, out);
  }
  e.lacks = settings_.copies - std::min(placed, settings_.copies);
  if (e.lacks > 0) lacking_.insert(number);
}

/// Those whose receiver went before it had acked its copy, or that went while there were too few.
void outlet::send_missing_copies(std::vector<transfer>& out) {
  for (auto at = lacking_.begin(); at != lacking_.end();) {
    auto& e = chunks_.at(*at);
    while (e.lacks > 0) {
      auto* to = copy_peer(e);
      if (to == nullptr) break;
      e.others.push_back(to->id);
      send(copy_for(e.content, e.holder), e.bytes, *to, out);
      --e.lacks;
    }
    if (e.lacks > 0 && !settings_.waits_for_copies && lacks_nodes()) {
      e.lacks = 0;
      ++short_chunks_;
    }
    if (e.lacks > 0) {
      ++at;
      continue;
    }
    const auto number = *at;
    at = lacking_.erase(at);
    if (!e.is_taken || !e.others.empty()) continue;
    forget_in_flight(e);
    acked_short_.push_back(std::move(e.content));
    by_id_.erase(acked_short_.back()->id);
    chunks_.erase(number);
  }
}

/// What the peer has acked it has. Of the rest somebody else has to have it.
void outlet::lose_copy(ticket number, entry& e, peer_id peer) {
  if (std::erase(e.others, peer) > 0 && e.peer != 0) {
    ++e.lacks;
    lacking_.insert(number);
  }
  if (e.peer != peer || e.is_taken) return;
  lacking_.erase(number);
  e.lacks = 0;
  forget_in_flight(e);
  wait_again(number, e);
}

/// Whether that was the last one that was missing.
auto outlet::take_copy_ack(entry& e, peer_id from) -> bool {
  auto* p = find(from);
  if (p == nullptr) return false;
  if (from == e.peer && !e.is_taken) {
    e.is_taken = true;
    e.has.push_back(p->node);
    p->in_flight_bytes -= e.bytes;
  } else if (std::erase(e.others, from) > 0) {
    e.has.push_back(p->node);
    p->in_flight_bytes -= e.bytes;
  }
  return e.is_taken && e.others.empty() && e.lacks == 0;
}

auto lack_text(const outlet& of) -> std::string {
  const auto there = of.nodes_there();
  return of.component() + " wants " + std::to_string(of.settings().copies) + " nodes for each chunk and "
         + (there == 0 ? "none is" : there == 1 ? "1 is" : std::to_string(there) + " are") + " there: "
         + (of.settings().waits_for_copies ? "it waits" : "it goes on with fewer");
}

} // namespace weir
