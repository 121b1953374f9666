#include "runtime/cluster/membership.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

/// So that what changes together is told together.
constexpr auto spread_delay = std::chrono::milliseconds{50};
/// Of more changes at a time the digests tell: that is a whole cluster that was met, not news.
constexpr auto changes_max = std::size_t{256};

auto joined_by_comma(const std::vector<std::string>& words) -> std::string {
  auto text = std::string{};
  for (const auto& w : words) text += (text.empty() ? "" : ", ") + w;
  return text;
}

auto quoted_node(const std::string& name) -> std::string { return "node \"" + name + "\""; }

/// (core, at 10.0.0.2:7400)
auto particulars_of(const member& m) -> std::string {
  auto text = joined_by_comma(m.classes);
  if (!m.address.empty()) text += (text.empty() ? "at " : ", at ") + m.address;
  return text.empty() ? "" : " (" + text + ")";
}

auto is_same_but_version(const member& a, const member& b) -> bool {
  return a.state == b.state && a.address == b.address && a.classes == b.classes && a.zone == b.zone
         && a.components == b.components && a.serves == b.serves && a.program == b.program
         && a.protocol == b.protocol && a.topology == b.topology;
}

auto change_of(const member& old, const member& m) -> std::string {
  if (old.state != m.state && m.state == member_state::draining) return " drains";
  if (old.state != m.state) return " is " + std::string{name_of(m.state)};
  if (old.components != m.components) return " hosts other components";
  if (old.topology != m.topology) return " has another topology";
  return " changed" + particulars_of(m);
}

} // namespace

auto name_of(member_news::kind what) -> const char* {
  using kind = member_news::kind;
  switch (what) {
  case kind::joined: return "joined";
  case kind::changed: return "changed";
  case kind::suspect: return "suspect";
  case kind::trusted: return "trusted";
  case kind::down: return "down";
  case kind::returned: return "returned";
  case kind::left: return "left";
  case kind::forgotten: return "forgotten";
  case kind::same_name: return "same name";
  case kind::clock_off: return "clock off";
  case kind::too_many: return "too many";
  }
  return "unknown";
}

membership::membership(membership_settings settings, member self, std::int64_t wall_ns)
    : settings_(settings), self_(std::move(self)), table_(settings.members_max), random_(settings.seed),
      wall_ns_(wall_ns) {
  self_.version.version = 1;
  self_.since_ns = wall_ns;
  table_.put(self_);
}

void membership::note_time(monotonic_time now, std::int64_t wall_ns) {
  now_ = std::max(now_, now);
  wall_ns_ = wall_ns;
}

auto membership::wall_at(monotonic_time now) const -> std::int64_t {
  return wall_ns_ + std::max(duration{now - now_}, duration{0}).count();
}

void membership::tell(member_news::kind what, const std::string& node, const std::string& text) {
  news_.push_back({what, node, text});
}

auto membership::find_shown(const std::string& node) const -> const member* {
  const auto* e = table_.find(node);
  return e == nullptr || e->is_forgotten ? nullptr : &e->who;
}

void membership::on_linked(link_id id, const greeted_node& who, monotonic_time now, std::int64_t wall_ns) {
  const auto& node = who.node;
  note_time(now, wall_ns);
  if (links_.contains(id)) on_unlinked(id, false, now, wall_ns);
  if (!is_node_name(node) || node == self_.node) return; // whoever greets refuses it
  auto [at, is_new] = watches_.try_emplace(node, watch{phi_detector{now, settings_.heartbeat}});
  auto& w = at->second;
  if (!is_new && w.links == 0) w.detector = phi_detector{now, settings_.heartbeat};
  ++w.links;
  if (!who.is_introduction) ++w.pulsing;
  const auto* known = table_.find(node);
  w.is_gone = known != nullptr && is_gone(known->who.state);
  links_[id] = {node, who.serves, !who.is_introduction, &w};
  if (who.incarnation != 0) w.incarnation = who.incarnation;
  heard(node, w, now);
  auto hello = answer{};
  hello.members = {self_.node};
  if (w.is_gone) hello.members.insert(node); // it answers if it thinks otherwise
  w.told = now;
  add_digest(links_[id], hello);
  send(id, std::move(hello));
}

void membership::on_unlinked(link_id id, bool is_meant, monotonic_time now, std::int64_t wall_ns) {
  note_time(now, wall_ns);
  const auto at = links_.find(id);
  if (at == links_.end()) return;
  auto& w = *at->second.of;
  if (at->second.has_pulses && --w.pulsing == 0) w.is_broken = !is_meant;
  if (--w.links == 0) w.unlinked = now;
  if (w.links == 0 && is_meant && !w.is_broken) watches_.erase(at->second.node);
  links_.erase(at);
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

void membership::heard(const std::string& node, watch& w, monotonic_time now) {
  w.detector.heard(now);
  w.is_judged = false;
  if (!std::exchange(w.is_suspect, false)) return;
  tell(member_news::kind::trusted, node, quoted_node(node) + " is heard again");
}

void membership::on_time(monotonic_time now, std::int64_t wall_ns) {
  note_time(now, wall_ns);
  // Who was stopped itself has heard nobody: what waits for it is read first.
  if (last_on_time_ && now - *last_on_time_ > 2 * settings_.heartbeat) judges_from_ = now + 2 * settings_.heartbeat;
  last_on_time_ = now;
  if (now >= next_beat_) {
    next_beat_ = now + settings_.heartbeat;
    asked_.clear();
    forget_gone();
    watch_all(now);
    send_digest();
  }
  spread();
}

auto membership::deadline() const -> monotonic_time {
  return spread_at_ ? std::min(*spread_at_, next_beat_) : next_beat_;
}

void membership::watch_all(monotonic_time now) {
  if (now < judges_from_) return;
  for (auto at = watches_.begin(); at != watches_.end();) {
    auto& [node, w] = *at;
    judge(node, w, now);
    const auto is_over = w.links == 0 && now - std::max(w.unlinked, w.returned) > settings_.down_after;
    if (is_over && find_shown(node) == nullptr) clocks_.erase(node);
    at = is_over ? watches_.erase(at) : std::next(at);
  }
}

void membership::judge(const std::string& node, watch& w, monotonic_time now) {
  const auto* known = find_shown(node);
  if (known == nullptr || is_gone(known->state)) return;
  const auto is_linked = w.pulsing > 0;
  if (!is_linked && !w.is_broken) return;
  if (is_linked && !w.is_suspect && w.detector.phi(now) > settings_.suspect_phi) {
    w.is_suspect = true;
    tell(member_news::kind::suspect, node,
         quoted_node(node) + " is suspect: nothing was heard of it for "
             + to_text(std::chrono::floor<std::chrono::milliseconds>(w.detector.silent_for(now))));
  }
  const auto silent = std::min(w.detector.silent_for(now), duration{now - w.returned});
  if (silent <= settings_.down_after || w.is_judged) return;
  w.is_judged = true;
  const auto is_another_run = w.incarnation != known->version.incarnation; // it was never linked here
  if (!self_.serves || is_gone(self_.state) || is_another_run) return;
  auto verdict = *known;
  verdict.state = member_state::down;
  verdict.since_ns = wall_ns_;
  adopt(verdict, self_.node,
        (is_linked ? "nothing was heard of it for " : "its last connection is gone, and nothing was heard of it for ")
            + to_text(settings_.down_after));
}

void membership::send_own_entry(link_id to, const link& l) {
  auto what = answer{};
  what.members = {l.node};
  send(to, std::move(what));
}

void membership::send_digest() {
  // Edges ask for themselves; those that serve keep to each other, so that edges do not slow them down.
  auto ids = std::vector<link_id>{};
  for (const auto& [id, l] : links_)
    if (l.serves) ids.push_back(id);
  if (ids.empty())
    for (const auto& [id, l] : links_) ids.push_back(id);
  if (ids.empty()) return;
  const auto to = ids[random_() % ids.size()];
  auto what = answer{};
  what.first.known = {known_of(self_)};
  add_digest(links_.at(to), what);
  send(to, std::move(what));
}

void membership::change_self(const member& now_is, std::int64_t wall_ns) {
  auto next = now_is;
  next.node = self_.node;
  next.version = {self_.version.incarnation, self_.version.version + 1};
  next.since_ns = next.state == self_.state ? self_.since_ns : wall_ns;
  const auto was_serving = self_.serves;
  put_self(std::move(next));
  if (was_serving && !self_.serves) drop_edges();
}

void membership::put_self(member now_is) {
  const auto served = self_.serves || now_is.serves;
  self_ = std::move(now_is);
  table_.put(self_);
  ++edition_;
  spread_soon(self_.node, {self_.node, served});
}

void membership::drop_edges() {
  auto names = std::vector<std::string>{};
  for (const auto& bucket : table_.buckets())
    for (const auto& [node, e] : bucket)
      if (!e.who.serves && node != self_.node) names.push_back(node);
  for (const auto& node : names) table_.erase(node);
}

void membership::adopt(const member& m, const std::string& from, const std::string& why) {
  const auto* old = find_shown(m.node);
  tell_change(old, m, why);
  spread_soon(m.node, {from, m.serves || (old != nullptr && old->serves)});
  if (const auto at = watches_.find(m.node); at != watches_.end()) {
    if (at->second.is_gone && !is_gone(m.state)) at->second.returned = now_;
    at->second.is_gone = is_gone(m.state);
    // What it says of itself is later than its greeting.
    for (auto& [id, l] : links_)
      if (l.of == &at->second) l.serves = m.serves;
  }
  ++edition_;
  if (self_.serves || m.serves)
    table_.put(m);
  else
    table_.erase(m.node);
}

void membership::tell_change(const member* old, const member& m, const std::string& why) {
  using kind = member_news::kind;
  const auto who = quoted_node(m.node);
  const auto was_here = old != nullptr && !is_gone(old->state);
  const auto is_here = !is_gone(m.state);
  if (was_here && m.state == member_state::left) return tell(kind::left, m.node, who + " left");
  if (was_here && !is_here) return tell(kind::down, m.node, who + " is down: " + why);
  if (!is_here) return; // it was gone before, or before it was known here
  if (old == nullptr) return tell(kind::joined, m.node, who + " joined" + particulars_of(m));
  if (!was_here) return tell(kind::returned, m.node, who + " is back" + particulars_of(m));
  if (old->version.incarnation != m.version.incarnation)
    return tell(kind::returned, m.node, who + " was started again" + particulars_of(m));
  if (!is_same_but_version(*old, m)) tell(kind::changed, m.node, who + change_of(*old, m));
}

void membership::forget(const member& gone) {
  tell(member_news::kind::forgotten, gone.node, quoted_node(gone.node) + " is forgotten");
  clocks_.erase(gone.node);
  if (const auto at = watches_.find(gone.node); at != watches_.end()) at->second.is_gone = true;
  table_.forget(member{gone});
  ++edition_;
}

void membership::forget_gone() {
  for (const auto& node : table_.gone_before(wall_ns_ - settings_.tombstone_age.count()))
    if (node != self_.node) forget(*find_shown(node));
}

void membership::spread_soon(const std::string& node, change c) {
  if (changes_.size() >= changes_max && node != self_.node) return;
  // Edges would tell those that told each other anyway.
  if (!self_.serves && node != self_.node) return;
  changes_[node] = std::move(c);
  if (!spread_at_) spread_at_ = now_ + spread_delay;
}

void membership::spread() {
  spread_at_.reset();
  const auto changes = std::exchange(changes_, {});
  if (changes.empty()) return;
  for (const auto id : picked_links()) {
    const auto& l = links_.at(id);
    auto what = answer{};
    for (const auto& [node, c] : changes)
      if (c.from != l.node && (l.serves || c.served || node == l.node)) what.members.insert(node);
    send(id, std::move(what));
  }
}

/// Those of who serves who are told now, and those of all who do not; all if this is the last that is said.
auto membership::picked_links() -> std::vector<link_id> {
  auto serving = std::vector<link_id>{};
  auto rest = std::vector<link_id>{};
  auto seen = std::set<const watch*>{};
  for (const auto& [id, l] : links_)
    if (seen.insert(l.of).second) (l.serves ? serving : rest).push_back(id);
  const auto wanted = is_gone(self_.state) ? serving.size() : std::min(settings_.spread, serving.size());
  for (std::size_t i = 0; i < wanted; ++i) std::swap(serving[i], serving[i + random_() % (serving.size() - i)]);
  serving.resize(wanted);
  if (self_.serves) serving.insert(serving.end(), rest.begin(), rest.end());
  return serving;
}

auto membership::self() const -> const member& { return self_; }
auto membership::take_outgoing() -> std::vector<outgoing> { return std::exchange(outgoing_, {}); }
auto membership::take_news() -> std::vector<member_news> { return std::exchange(news_, {}); }
auto membership::edition() const -> std::uint64_t { return edition_; }
auto membership::find(const std::string& node) const -> const member* { return find_shown(node); }

auto membership::members(monotonic_time now) const -> std::vector<member_view> {
  auto all = std::vector<member_view>{};
  for (const auto& bucket : table_.buckets())
    for (const auto& [node, e] : bucket) {
      if (e.is_forgotten) continue;
      auto& view = all.emplace_back();
      view.who = e.who;
      view.is_self = node == self_.node;
      if (const auto w = watches_.find(node); w != watches_.end()) {
        view.is_linked = w->second.links > 0;
        view.is_suspect = w->second.is_suspect;
        if (view.is_linked) view.phi = w->second.detector.phi(now);
      }
      if (const auto c = clocks_.find(node); c != clocks_.end()) view.clock_offset_ns = c->second.offset_ns;
    }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.who.node < b.who.node; });
  return all;
}

} // namespace weir
