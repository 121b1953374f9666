#include "tests/simulation/world.hpp"

#include "runtime/flow/position_index.hpp"

#include <algorithm>
#include <cstdio>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

auto describe(const std::vector<position_range>& all) -> std::string {
  auto text = std::string{};
  for (const auto& p : all)
    text += " " + p.stream + "[" + std::to_string(p.begin) + ","
            + (p.end == end_of_stream ? "end" : std::to_string(p.end)) + ")";
  return text;
}

struct describer {
  auto operator()(const open_link& m) const { return "open link " + std::to_string(m.link); }
  auto operator()(const transfer_chunks& m) const {
    auto text = "transfer " + std::to_string(m.number) + " on link " + std::to_string(m.link) + ":";
    for (const auto& c : m.chunks) {
      if (!c.content) {
        text += " damaged";
        continue;
      }
      text += " " + std::to_string(c.content->id.origin % 10000) + "."
              + std::to_string(c.content->id.sequence) + "(<" + std::to_string(c.content->settled_below)
              + ")" + describe(c.content->positions);
      if (!c.content->copy_of.empty()) text += " copy of " + c.content->copy_of;
      if (!c.content->settled.empty()) text += " settled" + describe(c.content->settled);
    }
    return text;
  }
  auto operator()(const link_feedback& m) const {
    auto text = "feedback " + std::to_string(m.number) + " on link " + std::to_string(m.link) + ", grant "
                + std::to_string(m.grant_bytes) + ", acks";
    for (const auto& a : m.acks)
      text += " " + std::to_string(a.origin % 10000) + "." + std::to_string(a.sequence);
    text += ", settled";
    for (const auto& r : m.settled)
      text += " " + std::to_string(r.origin % 10000) + "." + std::to_string(r.first) + "-"
              + std::to_string(r.last);
    return text;
  }
  auto operator()(const probe_link& m) const { return "probe link " + std::to_string(m.link); }
  auto operator()(const reopen_link& m) const { return "reopen link " + std::to_string(m.link); }
  auto operator()(const close_link& m) const { return "close link " + std::to_string(m.link); }
  auto operator()(const ask_positions& m) const { return "what do you have of " + m.source; }
  static auto ids(const std::vector<id_range>& all) -> std::string {
    auto text = std::string{};
    for (const auto& r : all)
      text += " " + std::to_string(r.origin % 10000) + "." + std::to_string(r.first) + "-" + std::to_string(r.last);
    return text;
  }
  auto operator()(const ask_settled& m) const { return "what is with" + ids(m.ids); }
  auto operator()(const known_settled& m) const {
    return "stored" + ids(m.settled) + ", never came" + ids(m.unseen);
  }
  auto operator()(const ask_had& m) const { return "do you have" + ids(m.ids); }
  auto operator()(const known_had& m) const { return "has" + ids(m.ids); }
  auto operator()(const known_positions& m) const {
    return m.receiver + " has" + describe(m.positions) + ", settled" + describe(m.settled) + ", elsewhere"
           + describe(m.elsewhere);
  }
};

} // namespace

actor::actor(world& w, process& host, std::string of, std::string name)
    : in(w), home(host), component(std::move(of)), address(std::move(name)) {
  id = in.enroll(*this);
}

void actor::fail() {
  in.note(address, "fails and is made anew");
  const auto old = id;
  in.retire(old);
  id = in.enroll(*this);
  for (auto& p : in.processes)
    if (p->is_up) in.tell_down(*p, old);
}

void actor::call_at(monotonic_time when) {
  const auto call = ++calls_;
  in.time.after(when - in.time.monotonic(), [&w = in, me = id, call] {
    auto* still = w.find(me);
    if (still != nullptr && still->calls_ == call) still->step();
  });
}

auto world::add_process(const std::string& name) -> process& {
  auto& p = *processes.emplace_back(std::make_unique<process>());
  p.name = name;
  p.disk = std::make_unique<simulated_disk>(random.next());
  return p;
}

void world::start(process& p) {
  if (p.is_held_down) return;
  p.files = p.disk->mount();
  ++p.incarnation;
  note(p.name, "starts");
  p.is_up = true;
  p.peers.clear();
  p.unheard.clear();
  if (!p.build(p) || p.disk->is_dead()) return kill(p, false);
  for (auto& other : processes) {
    if (other.get() == &p) continue;
    p.unheard.insert(other->name);
    connect(p, *other);
  }
  for (auto& a : p.actors) a->start();
  tell_peers(p);
}

void world::kill(process& p, bool with_power) {
  note(p.name, with_power ? "loses power" : "is killed");
  p.is_up = false;
  p.disk->unmount();
  auto gone = std::vector<handle>{};
  for (const auto& a : p.actors) gone.push_back(a->id);
  const auto held = time.now() + (random.one_in(3) ? random.time_between(10ms, 1s) : 0ns);
  for (const auto h : gone) {
    actors_.erase(h);
    held_[h] = held;
  }
  p.actors.clear();
  p.files.reset();
  if (with_power) p.disk->lose_power();
  ++faults;
  for (auto& other : processes) {
    if (!other->is_up) continue;
    time.after(random.time_between(1ms, 2s), [this, at = other.get(), &p, dead = p.incarnation, gone] {
      for (const auto h : gone) tell_down(*at, h);
      const auto known = at->peers.find(&p);
      if (known != at->peers.end() && known->second == dead) lose(*at, p);
    });
  }
  // Often at once: what its predecessor had under way is under way still.
  const auto away = random.one_in(3) ? random.time_between(0ms, 20ms) : random.time_between(1ms, 3s);
  time.after(peace ? 10ms : away, [this, &p] {
    if (!p.is_up) start(p);
  });
}

void world::destroy(process& p) {
  note(p.name, "loses its disk");
  kill(p, false);
  p.disk->lose_all();
  p.may_lose_disk = false;
}

void world::hold_down(process& p) {
  note(p.name, "is held down");
  p.is_held_down = true;
  if (p.is_up) kill(p, false);
}

void world::let_up(process& p) {
  p.is_held_down = false;
  if (!p.is_up) start(p);
}

auto world::is_cut(const process& a, const process& b) const -> bool {
  const auto at = cuts_.find(std::minmax(&a, &b));
  return at != cuts_.end() && time.now() < at->second;
}

void world::cut(process& a, process& b, std::chrono::nanoseconds how_long) {
  note(a.name, "is cut off from ", b.name, " for ", how_long / 1ms, " ms");
  cuts_[std::minmax<const process*>(&a, &b)] = time.now() + how_long;
  time.after(5s, [this, &a, &b] {
    if (is_cut(a, b)) disconnect(a, b);
  });
}

void world::make_peace() {
  note("peace", "nothing goes wrong any more");
  peace = true;
  cuts_.clear();
  for (auto& p : processes) p->disk->faults = {};
}

void world::disconnect(process& a, process& b) {
  note(a.name, "loses its connection to ", b.name);
  for (auto [at, other] : {std::pair{&a, &b}, std::pair{&b, &a}})
    time.after(random.time_between(0ms, 200ms), [this, at = at, other = other] {
      if (!at->is_up) return;
      for (const auto& x : other->actors) tell_down(*at, x->id);
      lose(*at, *other);
    });
}

void world::lose(process& at, process& other) {
  if (!at.is_up) return;
  at.peers.erase(&other);
  tell_peers(at);
  connect(at, other);
}

void world::connect(process& from, process& to) {
  time.after(random.time_between(5ms, 300ms), [this, &from, &to, me = from.incarnation] {
    if (!from.is_up || from.incarnation != me || from.peers.contains(&to)) return;
    if (!to.is_up || is_cut(from, to)) return connect(from, to);
    from.peers[&to] = to.incarnation;
    from.unheard.erase(to.name);
    tell_peers(from);
  });
}

void world::tell_peers(process& at) {
  for (auto& a : at.actors) a->on_peers();
}

void world::tell_down(process& at, handle gone) {
  if (!at.is_up) return;
  for (auto& a : at.actors) a->on_down(gone);
  tell_peers(at);
}

auto world::enroll(actor& a) -> handle {
  actors_[++last_handle_] = &a;
  ever_[last_handle_] = {&a, &a.home, a.home.incarnation};
  return last_handle_;
}

auto world::find(handle h) -> actor* {
  const auto at = actors_.find(h);
  return at == actors_.end() ? nullptr : at->second;
}

auto world::is_hosted(const process& p, const std::string& component) const -> bool {
  const auto at = hosts.find(component);
  return at != hosts.end() && std::find(at->second.begin(), at->second.end(), &p) != at->second.end();
}

auto world::peers_of(const actor& who, const std::string& component) -> std::vector<actor*> {
  auto found = std::vector<actor*>{};
  const auto is_local = is_hosted(who.home, component);
  for (auto* host : hosts[component]) {
    if (is_local ? host != &who.home : !who.home.peers.contains(host)) continue;
    if (!is_local && who.home.peers.at(host) != host->incarnation) continue;
    for (const auto& a : host->actors)
      if (a->component == component) found.push_back(a.get());
  }
  return found;
}

auto world::others_of(const actor& who) -> std::vector<actor*> {
  auto found = std::vector<actor*>{};
  for (auto* host : hosts[who.component]) {
    const auto known = who.home.peers.find(host);
    if (known == who.home.peers.end() || known->second != host->incarnation) continue;
    for (const auto& a : host->actors)
      if (a->component == who.component) found.push_back(a.get());
  }
  return found;
}

auto world::unheard_of(const actor& who, const std::string& component) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto* host : hosts[component])
    if (host != &who.home && who.home.unheard.contains(host->name)) names.push_back(host->name);
  return names;
}

void world::send_all(const actor& from, std::vector<outgoing> notes) {
  for (auto& n : notes) std::visit([&](auto& what) { send(from, n.to, message{std::move(what)}); }, n.what);
}

void world::send(const actor& from, handle to, message m) {
  if (from.home.disk->is_dead()) return;
  ++messages;
  const auto at = ever_.find(to);
  if (at == ever_.end()) return;
  if (at->second.home == &from.home) {
    time.after(1us, [this, source = from.id, to, m = std::move(m)] { deliver(source, to, m); });
    return;
  }
  const auto fault = !peace && random.one_in(fault_rate) ? random.between(1, 4) : 0;
  faults += fault > 0 ? 1 : 0;
  if (fault == 1) return note(from.address, "(lost) ", std::visit(describer{}, m));
  if (fault == 2) put_on_wire(from.id, to, m, false); // twice
  if (auto* chunks = std::get_if<transfer_chunks>(&m); chunks != nullptr && fault == 4)
    chunks->chunks[random.between(0, chunks->chunks.size() - 1)].content = nullptr;
  put_on_wire(from.id, to, m, fault == 3);
  if (!peace && from.home.may_die && std::holds_alternative<transfer_chunks>(m)
      && random.one_in(senders_die_one_in))
    time.after(10us, [this, &dies = from.home, was = from.home.incarnation] {
      if (dies.is_up && dies.incarnation == was) kill(dies, false);
    });
}

void world::put_on_wire(handle from, handle to, const message& m, bool late) {
  auto& last = wire_[{from, to}];
  auto arrives = std::max(last + 1us, time.now() + random.time_between(50us, peace ? 5ms : latency_max));
  if (late)
    arrives = time.now() + random.time_between(0ms, 3s);
  else
    last = arrives;
  time.after(arrives - time.now(), [this, from, to, m] { deliver(from, to, m); });
}

void world::deliver(handle from, handle to, const message& m) {
  const auto held = held_.find(from);
  if (held != held_.end() && time.now() < held->second)
    return time.after(held->second - time.now(), [this, from, to, m] { deliver(from, to, m); });
  auto* receiver = find(to);
  const auto& source = ever_.at(from);
  if (receiver == nullptr) return;
  const auto is_late = !source.home->is_up || source.home->incarnation != source.incarnation;
  // A node is admitted only when the connection of its earlier process is gone, with all that came by it.
  if (is_late && std::holds_alternative<open_link>(m)) return;
  auto& admitted = admitted_[{source.home, &receiver->home}];
  if (source.incarnation < admitted) return;
  admitted = source.incarnation;
  if (source.home != &receiver->home && is_cut(*source.home, receiver->home)) return;
  note(receiver->address, "<- #", from, " ", std::visit(describer{}, m));
  receiver->receive(from, m);
  if (auto what = receiver->check(); !what.empty()) broken(receiver->address + ": " + what);
}

auto imbalance_of(const actor_board& board, const actor_identity& who, const clock& time) -> std::string {
  const auto seen = board.read(who, time);
  if (is_balanced(seen)) return {};
  return "its accounts do not balance: in " + std::to_string(seen.events_in) + ", out "
         + std::to_string(seen.events_out) + ", held " + std::to_string(seen.events_held);
}

void world::broken(const std::string& promise) {
  if (!problem.empty()) return;
  problem = "at " + std::to_string(time.now() / 1us) + " us: " + promise;
  note("BROKEN", promise);
}

void world::write_trace(const std::string& who, const std::string& what) {
  std::printf("%11.6f  %-28s %s\n", static_cast<double>(time.now() / 1us) / 1e6, who.c_str(), what.c_str());
}

} // namespace weir::test
