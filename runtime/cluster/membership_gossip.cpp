// What a membership hears, and what it answers.

#include "runtime/cluster/membership.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace weir {
namespace {

constexpr auto a_minute = std::chrono::minutes{1};
constexpr auto clock_off_ns = std::int64_t{60'000'000'000};
/// Of one answer; the next digest asks for the rest.
constexpr auto members_in_answer_max = 64 * members_in_gossip_max;

/// Whether it is to be told, which is noted; once a minute.
auto is_due(std::optional<monotonic_time>& told, monotonic_time now) -> bool {
  if (told && now - *told < a_minute) return false;
  told = now;
  return true;
}

auto is_sound_known(const member_known& k, std::int64_t wall_ns) -> bool {
  return is_node_name(k.node) && rank_of(k.state) != 0 && is_sound(k.version, wall_ns);
}

auto is_empty(const gossip& g) -> bool {
  return g.digest.empty() && g.differing.empty() && g.known.empty() && g.wanted.empty() && g.members.empty();
}

} // namespace

auto membership::scope_of(const link& l) const -> member_scope {
  return self_.serves && l.serves ? member_scope::all : member_scope::serving;
}

auto membership::may_say(const link& l, const member& m) const -> bool {
  return scope_of(l) == member_scope::all || m.serves || m.node == l.node || m.node == self_.node;
}

/// Of one that does not serve its own word about itself, and nothing else: it could send others' data elsewhere.
auto membership::may_hear(const link& l, const member& m) const -> bool {
  if (!l.serves) return m.node == l.node && !m.serves;
  if (m.node != l.node && !may_say(l, m)) {
    const auto* known = table_.find(m.node); // that it serves no more is for all who know that it did
    return known != nullptr && known->who.serves;
  }
  return self_.serves || m.serves || m.node == self_.node || find_shown(m.node) != nullptr;
}

void membership::on_gossip(link_id id, const gossip& said, monotonic_time now, std::int64_t wall_ns) {
  note_time(now, wall_ns);
  on_heard(id, now);
  const auto at = links_.find(id);
  if (at == links_.end()) return;
  auto& from = at->second;
  if (!may_say_more(from)) return;
  on_clock(from.node, said.clock_ns);
  auto reply = answer{};
  if (said.members.size() <= members_in_gossip_max)
    for (const auto& m : said.members) on_member(from, m, reply);
  if (said.digest.size() == member_buckets && from.may.digests.take_one(now_)) on_digest(from, said.digest, reply);
  if (said.known.size() <= names_in_gossip_max && said.differing.size() <= member_buckets) on_known(from, said, reply);
  if (said.wanted.size() <= names_in_gossip_max) on_wanted(from, said.wanted, reply);
  while (reply.members.size() > members_in_answer_max) reply.members.erase(std::prev(reply.members.end()));
  for (auto left = reply.members.size() - from.may.members.take(reply.members.size(), now_); left > 0; --left)
    reply.members.erase(std::prev(reply.members.end()));
  send(id, std::move(reply));
}

/// The way that it came makes its clock look late by as much.
void membership::on_clock(const std::string& node, std::int64_t clock_ns) {
  if (clock_ns <= 0) return; // not told
  auto& view = clocks_[node];
  view.offset_ns = clock_ns - wall_ns_;
  const auto off = view.offset_ns < 0 ? -view.offset_ns : view.offset_ns;
  if (off <= clock_off_ns || !is_due(view.told, now_)) return;
  const auto by = to_text(std::chrono::floor<std::chrono::seconds>(duration{off}));
  tell(member_news::kind::clock_off, node,
       "the clock of node \"" + node + "\" is " + by + (view.offset_ns > 0 ? " ahead of" : " behind")
           + " this one's");
}

/// An edge that is linked to who it took for down by the word of others: nobody would hear that verdict of an edge, and answer it.
auto membership::is_proof(const link& from, const member& m, const member& known) const -> bool {
  return !self_.serves && m.node == from.node && m.version == known.version && is_gone(known.state) && !is_gone(m.state);
}

void membership::on_member(const link& from, const member& m, answer& reply) {
  if (!is_sound(m, wall_ns_) || !may_hear(from, m)) return;
  if (m.node == self_.node) return on_self(known_of(m), m.address, reply);
  if (m.node == from.node) from.of->incarnation = m.version.incarnation;
  const auto* old = table_.find(m.node);
  if (old != nullptr && !is_newer(m, old->who) && !is_proof(from, m, old->who)) {
    if (is_newer(old->who, m)) reply.members.insert(m.node);
    return;
  }
  if (!has_room_for(m.node)) return;
  may_change(m.node, from.node) ? take(m, from.node) : hold(m, from.node);
}

/// Newer than what is known of it.
void membership::take(const member& m, const std::string& from) {
  if (!is_gone(m.state) || wall_ns_ - m.since_ns <= settings_.tombstone_age.count())
    return adopt(m, from, "node \"" + from + "\" says so");
  // Nobody else speaks of it any more. Whom it was unknown to need not learn of it; who took it for up does.
  if (find_shown(m.node) != nullptr) forget(m);
}

auto membership::has_room_for(const std::string& node) -> bool {
  if (find_shown(node) != nullptr || table_.size() < settings_.members_max) return true;
  if (is_due(too_many_told_, now_))
    tell(member_news::kind::too_many, node,
         "node \"" + node + "\" is not taken: there are " + std::to_string(settings_.members_max)
             + " members, which is as many as may be");
  return false;
}

void membership::on_self(const member_known& said, const std::string& address, answer& reply) {
  if (is_newer(known_of(self_), said)) reply.members.insert(self_.node);
  if (!is_newer(said, known_of(self_))) return;
  const auto is_another = said.version.incarnation != self_.version.incarnation;
  if (is_another && !is_gone(said.state)) {
    if (is_due(same_name_told_, now_))
      tell(member_news::kind::same_name, self_.node,
           "another process runs as node \"" + self_.node + "\", started later"
               + (address.empty() ? "" : ", at " + address));
    return;
  }
  if (!may_change(self_.node, self_.node)) {
    if (!contested_ || is_newer(said, *contested_)) contested_ = said;
    return;
  }
  // A verdict about this run: it is contradicted. Or an earlier run of which the clock was ahead, and which is gone: this
  // one is the later one.
  auto next = self_;
  const auto is_last = said.version.version >= version_max;
  next.version = is_another || is_last ? member_version{said.version.incarnation + 1, 1}
                                       : member_version{said.version.incarnation, said.version.version + 1};
  put_self(std::move(next));
  reply.members.insert(self_.node);
}

void membership::on_digest(const link& from, const std::vector<std::uint64_t>& theirs, answer& reply) {
  const auto& mine = table_.digest_of(scope_of(from));
  if (std::equal(mine.begin(), mine.end(), theirs.begin())) return;
  // What does not fit is told another time: each bucket is the first now and then.
  const auto first = random_() % member_buckets;
  for (std::size_t i = 0; i < member_buckets && reply.first.known.size() < names_in_gossip_max; ++i) {
    const auto bucket = (first + i) % member_buckets;
    if (mine[bucket] == theirs[bucket]) continue;
    reply.first.differing.push_back(static_cast<std::uint32_t>(bucket));
    for (const auto& [node, e] : table_.buckets()[bucket])
      if (!e.is_forgotten && may_say(from, e.who) && reply.first.known.size() < names_in_gossip_max)
        reply.first.known.push_back(known_of(e.who));
  }
}

void membership::on_known(const link& from, const gossip& said, answer& reply) {
  auto named = std::set<std::string_view>{};
  for (const auto& k : said.known) {
    if (!is_sound_known(k, wall_ns_)) continue;
    named.insert(k.node);
    if (k.node == from.node) from.of->incarnation = k.version.incarnation;
    if (from.serves || k.node == from.node)
      on_known_one(k, reply);
    else if (const auto* mine = table_.find(k.node); mine != nullptr && is_newer(known_of(mine->who), k))
      reply.members.insert(k.node);
  }
  for (const auto bucket : said.differing) {
    if (bucket >= member_buckets) continue;
    for (const auto& [node, e] : table_.buckets()[bucket])
      if (!e.is_forgotten && may_say(from, e.who) && !named.contains(node)) reply.members.insert(node);
  }
}

void membership::on_known_one(const member_known& k, answer& reply) {
  if (k.node == self_.node) return on_self(k, "", reply);
  const auto* mine = table_.find(k.node);
  if (mine != nullptr && is_newer(known_of(mine->who), k)) reply.members.insert(k.node);
  if (mine != nullptr && !is_newer(k, known_of(mine->who))) return;
  if (reply.first.wanted.size() >= names_in_gossip_max || !has_room_for(k.node)) return;
  // Once in a heartbeat: who joins is told the same by all that it meets.
  if (asked_.insert(k.node).second) reply.first.wanted.push_back(k.node);
}

void membership::on_wanted(const link& from, const std::vector<std::string>& names, answer& reply) {
  for (const auto& node : names)
    if (const auto* e = table_.find(node); e != nullptr && may_say(from, e->who)) reply.members.insert(node);
}

void membership::add_digest(const link& to, answer& reply) const {
  const auto& mine = table_.digest_of(scope_of(to));
  reply.first.digest.assign(mine.begin(), mine.end());
}

void membership::send(link_id to, answer what) {
  auto piece = std::move(what.first);
  const auto push = [&] {
    piece.clock_ns = wall_at(now_);
    outgoing_.push_back({to, std::exchange(piece, {})});
  };
  auto sent = std::size_t{0};
  for (const auto& node : what.members) {
    const auto* e = table_.find(node);
    if (e == nullptr || sent++ >= members_in_answer_max) continue;
    if (piece.members.size() >= members_in_gossip_max) push();
    piece.members.push_back(e->who);
  }
  if (!is_empty(piece)) push();
}

} // namespace weir
