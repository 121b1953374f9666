#include "tests/runtime/cluster/membership_world.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

constexpr auto beat = std::chrono::seconds{1};
constexpr auto down_after = std::chrono::seconds{5};

} // namespace

membership_world::membership_world(world_shape shape, std::uint64_t seed, membership_bug mistake, bool tells)
    : random_(seed), network_(time_, random_), mistake_(mistake), tells_(tells), nodes_(shape.serving + shape.edges) {
  network_.arrives = [this](link_id id, place to, const network_note& what) { return arrives(id, to, what); };
  for (place i = 0; i < nodes_.size(); ++i) {
    nodes_[i].serves = i < shape.serving;
    nodes_[i].name = (nodes_[i].serves ? "core-" : "edge-") + std::to_string(i);
    time_.after(random_.time_between(0s, 3s), [this, i] { start(i); });
  }
}

void membership_world::run(duration time) {
  auto is_over = false;
  time_.after(time, [&] { is_over = true; });
  while (!is_over && problem_.empty()) time_.step();
}

void membership_world::say(const std::string& what) {
  if (tells_) spdlog::info("{:8.3f} {}", std::chrono::duration<double>(time_.now()).count(), what);
}

void membership_world::wrong(const std::string& what) {
  say("WRONG: " + what);
  if (problem_.empty()) problem_ = what;
}

auto membership_world::place_of(const std::string& name) const -> std::optional<place> {
  for (place i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].name == name) return i;
  return std::nullopt;
}

auto membership_world::member_at(const node& n) const -> member {
  auto m = member{};
  m.node = n.name;
  m.version.incarnation = static_cast<std::uint64_t>(wall_of(n));
  m.serves = n.serves;
  if (n.serves) m.address = n.name + ":7400";
  return m;
}

void membership_world::be_disturbed(place which) { nodes_[which].undisturbed_since = now(); }

void membership_world::start(place which) {
  auto& n = nodes_[which];
  if (n.is_running) return;
  say("start " + n.name);
  auto settings = membership_settings{};
  settings.seed = random_.next();
  settings.tombstone_age = tombstone_age;
  if (mistake_ == membership_bug::loses_tombstones) settings.forgotten_max = 0;
  if (mistake_ == membership_bug::counts_no_silence) settings.down_after = 24h;
  n.of = std::make_unique<membership>(settings, member_at(n), wall_of(n));
  n.is_running = true;
  n.is_paused = n.is_draining = false;
  n.gone.clear();
  n.witnesses.clear();
  n.own_changes = n.contradictions = 0;
  n.attentive_since = n.last_tick = now();
  n.seeds_again = n.seeds_anyway = now();
  be_disturbed(which);
  tick(which, ++n.run);
}

void membership_world::kill(place which, bool is_silent) {
  auto& n = nodes_[which];
  if (!n.is_running) return;
  say((is_silent ? "crash " : "kill ") + n.name);
  note_witnesses(n);
  n.is_running = n.is_paused = false;
  ++n.run;
  for (const auto& [id, end] : n.links)
    is_silent ? void() : network_.send(id, which, end_note{false});
  n.links.clear();
  n.dialling.clear();
  be_disturbed(which);
}

void membership_world::note_witnesses(node& n) const {
  for (const auto& [id, end] : n.links)
    if (nodes_[end.to].serves && !end.is_introduction && nodes_[end.to].is_running)
      n.witnesses.insert({end.to, nodes_[end.to].run});
}

void membership_world::pause(place which) {
  if (!nodes_[which].is_running || nodes_[which].is_paused) return;
  say("pause " + nodes_[which].name);
  nodes_[which].is_paused = true;
  be_disturbed(which);
}

/// Its timers and what came for it race.
void membership_world::resume(place which) {
  auto& n = nodes_[which];
  if (!n.is_paused) return;
  say("resume " + n.name);
  n.is_paused = false;
  be_disturbed(which);
  if (random_.one_in(2)) network_.wake(which);
  if (mistake_ == membership_bug::judges_on_waking)
    for (auto at = n.last_tick; at < now(); at += beat) n.of->on_time(at, wall_of(n));
  tick(which, n.run);
  arm(which);
  network_.wake(which);
}

void membership_world::block(place from, place to) {
  say("block " + nodes_[from].name + " to " + nodes_[to].name);
  network_.block(from, to);
  be_disturbed(from);
  be_disturbed(to);
}

void membership_world::unblock_all() {
  say("heal");
  for (place i = 0; i < nodes_.size(); ++i)
    for (place k = 0; k < nodes_.size(); ++k)
      if (network_.is_blocked(i, k)) be_disturbed(i), be_disturbed(k);
  network_.unblock_all();
}

void membership_world::drain(place which) {
  auto& n = nodes_[which];
  if (!n.is_running || n.is_paused || n.is_draining) return;
  say("drain " + n.name);
  n.is_draining = true;
  auto me = n.of->self();
  me.state = member_state::draining;
  ++n.own_changes;
  n.of->change_self(me, wall_of(n));
  settle(which);
}

void membership_world::leave(place which) {
  auto& n = nodes_[which];
  if (!n.is_running || n.is_paused) return;
  say("leave " + n.name);
  note_witnesses(n);
  auto me = n.of->self();
  me.state = member_state::left;
  ++n.own_changes;
  n.of->change_self(me, wall_of(n));
  auto last = gossip{};
  last.members.push_back(n.of->self());
  for (const auto& [id, end] : n.links) network_.send(id, which, last);
  const auto links = n.links;
  for (const auto& [id, end] : links) network_.send(id, which, end_note{true});
  n.links.clear();
  kill(which, true);
}

void membership_world::turn_clock(place which, duration by) {
  say("clock of " + nodes_[which].name + " by " + to_text(by));
  nodes_[which].clock_off_ns += by.count();
}

void membership_world::change(place which) {
  auto& n = nodes_[which];
  if (!n.is_running || n.is_paused) return;
  auto me = n.of->self();
  me.components.push_back("c" + std::to_string(me.components.size()));
  ++n.own_changes;
  n.of->change_self(me, wall_of(n));
  settle(which);
}

void membership_world::flap(place which) {
  auto& n = nodes_[which];
  if (!n.is_running || n.is_paused) return;
  say("flap " + n.name);
  const auto links = n.links;
  for (const auto& [id, end] : links) {
    network_.send(id, which, end_note{false});
    drop_link(which, id, false);
  }
}

/// Once a second: pulses, silence, dialling, and a look at what it shows.
void membership_world::tick(place which, std::uint64_t run) {
  auto& n = nodes_[which];
  if (!n.is_running || n.is_paused || n.run != run) return;
  if (now() - n.last_tick > 2 * beat) n.attentive_since = now();
  n.last_tick = now();
  check_silence(which);
  for (const auto& [id, end] : n.links)
    if (!end.is_introduction) network_.send(id, which, pulse_note{});
  dial_wanted(which);
  dial_seeds(which);
  settle(which);
  look_at(which);
  time_.after(beat, [this, which, run] { tick(which, run); });
}

void membership_world::settle(place which) {
  auto& n = nodes_[which];
  n.of->on_time(now(), wall_of(n));
  for (auto& o : n.of->take_outgoing()) {
    if (!n.links.contains(o.link)) continue;
    spoil_sent(which, o.what);
    network_.send(o.link, which, std::move(o.what));
  }
  hear_news(which);
  arm(which);
}

void membership_world::arm(place which) {
  auto& n = nodes_[which];
  const auto due = std::max(n.of->deadline(), now());
  time_.after(due - now(), [this, which, run = n.run, number = ++n.timer] {
    auto& late = nodes_[which];
    if (late.is_running && !late.is_paused && late.run == run && late.timer == number) settle(which);
  });
}

/// A verdict of its own about one that lives, and that nothing keeps from it, is wrong.
void membership_world::hear_news(place which) {
  const auto& n = nodes_[which];
  for (const auto& news : n.of->take_news()) {
    say(n.name + ": " + news.text);
    if (news.what != member_news::kind::down) continue;
    const auto about = place_of(news.node);
    const auto& other = nodes_[*about];
    if (expects_calm_ && other.is_running) wrong("in the calm " + n.name + " says: " + news.text);
    if (news.text.find("says so") != std::string::npos || !other.is_running || other.is_paused) continue;
    const auto is_cut = network_.is_blocked(which, *about) || network_.is_blocked(*about, which);
    if (!is_cut && now() - other.undisturbed_since > 2 * down_after)
      wrong(n.name + " judges " + other.name + ", which lives: " + news.text);
  }
}

/// Who was gone does not come back by old news.
void membership_world::look_at(place which) {
  auto& n = nodes_[which];
  for (const auto& seen : n.of->members(now())) {
    const auto& m = seen.who;
    if (seen.is_self || !n.serves) continue; // an edge believes whom it is linked to
    const auto at = n.gone.find(m.node);
    if (is_gone(m.state)) {
      n.gone[m.node] = m.version;
    } else if (at != n.gone.end() && m.version <= at->second) {
      wrong(n.name + " has " + m.node + " back by old news");
    }
  }
}

auto membership_world::wanted_of(place which) const -> std::set<place> {
  const auto& n = nodes_[which];
  auto ring = std::vector<std::string>{n.name};
  auto all = std::set<place>{};
  for (const auto& seen : n.of->members(now())) {
    if (seen.is_self || !seen.who.serves || seen.who.state == member_state::left) continue;
    ring.push_back(seen.who.node);
    if (!n.serves) all.insert(*place_of(seen.who.node));
  }
  if (!n.serves) return all;
  std::sort(ring.begin(), ring.end());
  const auto own = static_cast<std::size_t>(std::find(ring.begin(), ring.end(), n.name) - ring.begin());
  for (auto far = std::size_t{1}; far < ring.size(); far *= 2) all.insert(*place_of(ring[(own + far) % ring.size()]));
  for (const auto& lost : n.of->lost())
    if (const auto at = *place_of(lost); nodes_[at].serves) all.insert(at);
  all.erase(which);
  return all;
}

void membership_world::dial_wanted(place which) {
  auto& n = nodes_[which];
  const auto wanted = wanted_of(which);
  auto linked = std::set<place>{};
  const auto links = n.links;
  for (const auto& [id, end] : links) {
    if (!end.is_dialler || end.is_introduction) continue;
    wanted.contains(end.to) ? void(linked.insert(end.to)) : end_link(which, id, true);
  }
  for (const auto to : wanted)
    if (!linked.contains(to)) dial(which, to, false);
}

/// The first two are named to all.
void membership_world::dial_seeds(place which) {
  auto& n = nodes_[which];
  for (const auto& [id, end] : std::map{n.links})
    if (end.is_introduction && end.is_dialler && now() - end.since > 5s) end_link(which, id, true);
  if (now() < n.seeds_again) return;
  for (place s = 0; s < 2; ++s) {
    const auto* known = n.of->find(nodes_[s].name);
    const auto is_wanted = s != which && (known == nullptr || is_gone(known->state));
    if (!is_wanted && (s == which || now() < n.seeds_anyway)) continue;
    n.seeds_again = now() + 2s;
    dial(which, s, true);
  }
  if (now() >= n.seeds_anyway) n.seeds_anyway = now() + 30s;
}

void membership_world::dial(place from, place to, bool is_introduction) {
  auto& n = nodes_[from];
  if (!is_introduction && !n.dialling.insert(to).second) return;
  time_.after(random_.time_between(2ms, 60ms), [this, from, to, is_introduction, run = n.run] {
    auto& dials = nodes_[from];
    if (!dials.is_running || dials.run != run) return;
    dials.dialling.erase(to);
    const auto& there = nodes_[to];
    const auto is_cut = network_.is_blocked(from, to) || network_.is_blocked(to, from);
    if (!dials.is_paused && there.is_running && !there.is_paused && !is_cut) connect(from, to, is_introduction);
  });
}

/// Unless another run of this name is a guest there and was heard just now.
void membership_world::connect(place from, place to, bool is_introduction) {
  const auto own = nodes_[from].of->self().version.incarnation;
  for (const auto& [id, end] : std::map{nodes_[to].links}) {
    if (end.to != from || end.is_dialler || end.is_introduction || end.incarnation == own) continue;
    if (now() - end.heard < down_after) return;
  }
  const auto id = network_.open(from, to);
  for (const auto& [at, other] : {std::pair{from, to}, std::pair{to, from}}) {
    const auto its = nodes_[other].of->self().version.incarnation;
    const auto end = link_end{other, at == from, is_introduction, now(), now(), its};
    nodes_[at].links[id] = end;
    greet(at, id, end);
  }
}

void membership_world::greet(place at, link_id id, const link_end& end) {
  auto& n = nodes_[at];
  const auto& other = nodes_[end.to];
  n.of->on_linked(id, {other.name, other.serves, end.incarnation, end.is_introduction}, now(), wall_of(n));
  settle(at);
}

/// By this end, which tells the other one why; that it hears nothing of it is no reason there to take this one for lost.
void membership_world::end_link(place which, link_id id, bool is_meant) {
  network_.send(id, which, end_note{true});
  drop_link(which, id, is_meant);
}

void membership_world::drop_link(place which, link_id id, bool is_meant) {
  auto& n = nodes_[which];
  if (n.links.erase(id) == 0) return;
  n.of->on_unlinked(id, is_meant, now(), wall_of(n));
}

void membership_world::check_silence(place which) {
  auto& n = nodes_[which];
  for (const auto& [id, end] : std::map{n.links})
    if (!end.is_introduction && now() - std::max(end.heard, n.attentive_since) > down_after) end_link(which, id, false);
}

auto membership_world::arrives(link_id id, place to, const network_note& what) -> bool {
  auto& n = nodes_[to];
  if (n.is_paused) return false;
  const auto at = n.links.find(id);
  if (!n.is_running) return true; // nobody is there, and says nothing
  if (at == n.links.end()) {
    if (!std::holds_alternative<end_note>(what)) network_.send(id, to, end_note{false});
    return true;
  }
  ++messages_;
  if (const auto* end = std::get_if<end_note>(&what)) {
    drop_link(to, id, end->is_meant);
    settle(to);
    return true;
  }
  at->second.heard = now();
  if (const auto* said = std::get_if<gossip>(&what))
    hear(to, id, *said);
  else
    n.of->on_heard(id, now());
  return true;
}

void membership_world::hear(place at, link_id id, gossip said) {
  auto& n = nodes_[at];
  spoil_heard(at, nodes_[n.links.at(id).to].name, said);
  const auto before = n.of->self().version;
  n.of->on_gossip(id, said, now(), wall_of(n));
  if (n.of->self().version != before) {
    ++n.contradictions;
    if (mistake_ == membership_bug::forgets_to_drain && n.is_draining) {
      auto me = n.of->self();
      me.state = member_state::up;
      n.of->change_self(me, wall_of(n));
    }
  }
  settle(at);
}

/// Of the last one that serves: it is no seed, and in a ring that is not small some are not linked to it.
auto membership_world::missed_bucket() const -> std::size_t {
  const auto at = std::find_if(nodes_.rbegin(), nodes_.rend(), [](const auto& n) { return n.serves; });
  return bucket_of(at->name);
}

void membership_world::spoil_sent(place from, gossip& what) const {
  const auto& n = nodes_[from];
  if (mistake_ == membership_bug::answers_with_its_version)
    for (auto& m : what.members)
      if (m.node == n.name) m.version.version = 1 + n.own_changes;
  if (mistake_ == membership_bug::drains_for_itself)
    for (auto& m : what.members)
      if (m.state == member_state::draining) m.state = member_state::up;
  if (mistake_ != membership_bug::misses_a_bucket) return;
  std::erase(what.differing, static_cast<std::uint32_t>(missed_bucket()));
  std::erase_if(what.known, [&](const auto& k) { return bucket_of(k.node) == missed_bucket(); });
}

void membership_world::spoil_heard(place at, const std::string& from, gossip& what) const {
  const auto& of = *nodes_[at].of;
  const auto is_unheard = [&](const auto& m) {
    const auto* known = of.find(m.node);
    if (known == nullptr) return false;
    if (mistake_ == membership_bug::keeps_its_own_word) return known->version == m.version && m.node != nodes_[at].name;
    if (mistake_ == membership_bug::takes_left_for_ever) return known->state == member_state::left;
    return mistake_ == membership_bug::hears_nobody_who_is_down && m.node == from && known->state == member_state::down
           && known->version.incarnation == m.version.incarnation;
  };
  std::erase_if(what.members, is_unheard);
  std::erase_if(what.known, is_unheard);
}

auto membership_world::disagreement() const -> std::string {
  for (const auto& n : nodes_) {
    if (!n.is_running) continue;
    for (const auto& other : nodes_) {
      if (&other == &n || (!n.serves && !other.serves)) continue;
      const auto* known = n.of->find(other.name);
      const auto is_here = known != nullptr && !is_gone(known->state);
      const auto show = known == nullptr ? std::string{"nothing"} : std::string{weir::name_of(known->state)} + ' ' + std::to_string(known->version.version);
      if (other.is_running) {
        const auto state = other.is_draining ? member_state::draining : member_state::up;
        if (!is_here || known->version != other.of->self().version || known->state != state)
          return n.name + " has of " + other.name + ": " + show + ", which is " + weir::name_of(state) + ' '
                 + std::to_string(other.of->self().version.version);
        continue;
      }
      const auto is_witnessed = std::any_of(other.witnesses.begin(), other.witnesses.end(), [&](const auto& w) {
        return nodes_[w.first].is_running && nodes_[w.first].run == w.second;
      });
      if (is_here && is_witnessed) return n.name + " has " + other.name + ", which has ended, as " + show;
    }
  }
  return "";
}

} // namespace weir::test
