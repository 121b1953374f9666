#include "runtime/cluster/membership.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

/// So that what changes together is told together.
constexpr auto spread_delay = std::chrono::milliseconds{50};
/// Of more changes at a time the digests tell: that is a whole cluster that was met, not news.
constexpr auto changes_max = std::size_t{256};
constexpr auto told_max = std::size_t{10}; // members and links that want too much, a minute

auto joined_by_comma(const std::vector<std::string>& words) -> std::string {
  auto text = std::string{};
  for (const auto& w : words) text += (text.empty() ? "" : ", ") + w;
  return text;
}

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

membership::membership(membership_settings settings, member self, std::int64_t wall_ns)
    : settings_(settings), self_(std::move(self)), table_(settings.forgotten_max),
      spreads_({changes_max, changes_max, settings.heartbeat}, {}), restless_told_({told_max, told_max, std::chrono::minutes{1}}, {}),
      random_(settings.seed), wall_ns_(wall_ns) {
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

void membership::on_time(monotonic_time now, std::int64_t wall_ns) {
  note_time(now, wall_ns);
  note_attention(now);
  if (now >= next_beat_) {
    next_beat_ = now + settings_.heartbeat;
    asked_.clear();
    forget_gone();
    take_held();
    forget_paces();
    watch_all(now);
    send_digest();
  }
  spread();
}

auto membership::deadline() const -> monotonic_time {
  return spread_at_ ? std::min(*spread_at_, next_beat_) : next_beat_;
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

auto membership::give_up(const std::string& node, const std::string& by, bool is_unreachable, monotonic_time now,
                         std::int64_t wall_ns) -> result<void> {
  note_time(now, wall_ns);
  const auto* known = find_shown(node);
  if (known == nullptr) return error{errc::not_found, "there is no member \"" + node + '"'};
  if (known->state == member_state::left) return {};
  if (!self_.serves) return error{errc::rejected, "this node only collects: nobody takes its word about others"};
  const auto at = watches_.find(node);
  const auto is_heard = at != watches_.end() && at->second.pulsing > 0 && !at->second.is_judged;
  if (node == self_.node || is_heard || (!is_unreachable && !is_gone(known->state)))
    return error{errc::rejected, quoted_node(node) + " answers: weir drain ends it"};
  auto last = *known;
  last.state = member_state::left;
  last.since_ns = wall_ns;
  adopt(last, self_.node, by + " wants it");
  return {};
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
    if (at->second.is_gone && !is_gone(m.state)) {
      at->second.returned = now_;
      at->second.returned_by = from;
      at->second.is_broken = false; // who hears it is linked to it, and judges it from now on
    }
    at->second.is_gone = is_gone(m.state);
    if (at->second.is_gone) at->second.returned_by.clear();
    // What it says of itself is later than its greeting.
    for (auto& [id, l] : links_)
      if (l.of == &at->second) l.serves = m.serves;
  }
  if (is_gone(m.state)) rely_no_more_on(m.node);
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
  // Who leaves says so itself, by a newer version.
  const auto is_given_up = old != nullptr && old->state != member_state::left && m.state == member_state::left && m.version == old->version;
  if (is_given_up) return tell(kind::left, m.node, who + " is given up for good: " + why);
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
  // Nobody hears what an edge knows of others: it could not have one that lives contradict what it remembers.
  self_.serves ? table_.forget(member{gone}) : table_.erase(std::string{gone.node});
  ++edition_;
}

void membership::forget_gone() {
  for (const auto& node : table_.gone_before(wall_ns_ - settings_.tombstone_age.count()))
    if (node != self_.node) forget(*find_shown(node));
}

void membership::spread_soon(const std::string& node, change c) {
  // Edges would tell those that told each other anyway.
  if (!self_.serves && node != self_.node) return;
  if (node != self_.node && !changes_.contains(node) && !spreads_.take_one(now_)) return;
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
  auto seen = std::set<const member_watch*>{};
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
