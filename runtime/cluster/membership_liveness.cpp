// Whom a membership is linked to, and who of them is silent.

#include "runtime/cluster/membership.hpp"

#include <algorithm>
#include <utility>

namespace weir {

void membership::on_linked(link_id id, const greeted_node& who, monotonic_time now, std::int64_t wall_ns) {
  const auto& node = who.node;
  note_time(now, wall_ns);
  if (links_.contains(id)) on_unlinked(id, false, now, wall_ns);
  if (!is_node_name(node) || node == self_.node) return; // whoever greets refuses it
  auto [at, is_new] = watches_.try_emplace(node, member_watch{phi_detector{now, settings_.heartbeat}});
  auto& w = at->second;
  if (!is_new && w.links == 0) w.detector = phi_detector{now, settings_.heartbeat};
  if (w.links == 0 && w.is_broken) ++edition_;
  ++w.links;
  if (!who.is_introduction) ++w.pulsing;
  const auto* known = table_.find(node);
  w.is_gone = known != nullptr && is_gone(known->who.state);
  links_.insert_or_assign(id, link{node, who.serves, !who.is_introduction, &w, link_allowances{settings_.heartbeat, now}});
  if (who.incarnation != 0) w.incarnation = who.incarnation;
  heard(node, w, now);
  auto hello = answer{};
  hello.members = {self_.node};
  if (w.is_gone) hello.members.insert(node); // it answers if it thinks otherwise
  w.told = now;
  add_digest(links_.at(id), hello);
  send(id, std::move(hello));
}

void membership::on_unlinked(link_id id, bool is_meant, monotonic_time now, std::int64_t wall_ns) {
  note_time(now, wall_ns);
  const auto at = links_.find(id);
  if (at == links_.end()) return;
  auto& w = *at->second.of;
  if (at->second.has_pulses && --w.pulsing == 0) w.is_broken = !is_meant;
  if (--w.links == 0) w.unlinked = now;
  if (w.links == 0 && w.is_broken) ++edition_;
  if (w.links == 0 && is_meant && !w.is_broken) watches_.erase(at->second.node);
  links_.erase(at);
}

auto membership::lost() const -> std::set<std::string> {
  auto found = std::set<std::string>{};
  if (!self_.serves) return found;
  for (const auto& [node, w] : watches_)
    if (w.links == 0 && w.is_broken && !w.is_judged && !w.is_gone) found.insert(node);
  return found;
}

void membership::on_heard(link_id id, monotonic_time now) {
  const auto at = links_.find(id);
  if (at == links_.end()) return;
  auto& w = *at->second.of;
  heard(at->second.node, w, now);
  if (!w.is_gone || now - w.told < settings_.heartbeat) return;
  w.told = now;
  send_own_entry(id, at->second);
}

void membership::heard(const std::string& node, member_watch& w, monotonic_time now) {
  w.detector.heard(now);
  w.is_judged = false;
  w.returned_by.clear();
  if (!std::exchange(w.is_suspect, false)) return;
  tell(member_news::kind::trusted, node, quoted_node(node) + " is heard again");
}

/// Who was stopped itself has heard nobody: of that time nothing is said, and what waits for it is read first.
void membership::note_attention(monotonic_time now) {
  if (last_on_time_ && now - *last_on_time_ > 2 * settings_.heartbeat) {
    attentive_since_ = now;
    judges_from_ = now + 2 * settings_.heartbeat;
  }
  last_on_time_ = now;
}

void membership::watch_all(monotonic_time now) {
  if (now < judges_from_) return;
  for (auto at = watches_.begin(); at != watches_.end();) {
    auto& [node, w] = *at;
    judge(node, w, now);
    const auto is_shown = find_shown(node) != nullptr;
    const auto may_be_needed = is_shown && (w.is_judged || !w.returned_by.empty()); // by rely_no_more_on()
    const auto is_long_ago = now - std::max({w.unlinked, w.returned, attentive_since_}) > settings_.down_after;
    const auto is_over = w.links == 0 && !may_be_needed && is_long_ago;
    if (is_over && !is_shown) clocks_.erase(node);
    at = is_over ? watches_.erase(at) : std::next(at);
  }
}

void membership::judge(const std::string& node, member_watch& w, monotonic_time now) {
  const auto* known = find_shown(node);
  if (known == nullptr || is_gone(known->state)) return;
  if (judge_other_run(w, *known, now)) return;
  const auto is_linked = w.pulsing > 0;
  if (!is_linked && !w.is_broken) return;
  if (is_linked && !w.is_suspect && w.detector.phi(now) > settings_.suspect_phi) {
    w.is_suspect = true;
    tell(member_news::kind::suspect, node,
         quoted_node(node) + " is suspect: nothing was heard of it for "
             + to_text(std::chrono::floor<std::chrono::milliseconds>(w.detector.silent_for(now))));
  }
  const auto silent = std::min(w.detector.silent_for(now), duration{now - std::max(w.returned, attentive_since_)});
  if (silent <= settings_.down_after || w.is_judged) return;
  w.is_judged = true;
  const auto is_another_run = w.incarnation != known->version.incarnation; // it was never linked here
  if (!self_.serves || is_gone(self_.state) || is_another_run) return;
  call_down(*known,
            (is_linked ? "nothing was heard of it for " : "its last connection is gone, and nothing was heard of it for ")
                + to_text(settings_.down_after));
}

/// Of two runs the one whose clock was ahead counts as the later one until it is down; the one that is here outdoes it then.
auto membership::judge_other_run(member_watch& w, const member& known, monotonic_time now) -> bool {
  const auto is_here = w.links > 0 && w.detector.silent_for(now) <= 2 * settings_.heartbeat; // no connection that it left behind
  const auto is_behind = is_here && w.incarnation != 0 && w.incarnation < known.version.incarnation;
  if (!is_behind) return w.behind_since.reset(), false;
  if (!w.behind_since) w.behind_since = now;
  const auto is_due = now - std::max(*w.behind_since, attentive_since_) > settings_.down_after;
  if (!is_due || is_gone(self_.state) || std::exchange(w.is_other_judged, true)) return false;
  if (self_.serves)
    call_down(known, "another run of it is here, whose clock is behind");
  else
    table_.erase(std::string{known.node}); // who is linked to an edge tells it what it is
  return true;
}

/// Whom it brought back nobody judges any more who is to be heard: who was linked to them does, unless they are heard in time.
void membership::rely_no_more_on(const std::string& gone) {
  for (auto& [node, w] : watches_) {
    if (w.returned_by != gone || node == gone) continue;
    w.returned_by.clear();
    w.returned = now_;
    w.is_judged = false;
    w.is_broken = w.pulsing == 0;
  }
}

void membership::call_down(const member& known, const std::string& why) {
  auto verdict = known;
  verdict.state = member_state::down;
  verdict.since_ns = wall_ns_;
  adopt(verdict, self_.node, why);
}

void membership::send_own_entry(link_id to, const link& l) {
  auto what = answer{};
  what.members = {l.node};
  send(to, std::move(what));
}

} // namespace weir
