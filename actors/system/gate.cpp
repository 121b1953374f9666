#include "actors/system/gate.hpp"

#include "actors/system/failure.hpp"

#include <spdlog/spdlog.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto silent_after = 5s; // a guest not heard for so long makes way for one of its name
constexpr auto past_told_for = 1h;
constexpr auto past_told_max = std::size_t{1000};
constexpr auto told_a_minute_max = std::uint64_t{1000};
constexpr auto guests_max = std::size_t{4096};

auto enter(gate_actor::stateful_pointer<gate_state> self, const node_hello& hello,
           const caf::strong_actor_ptr& sender) -> node_welcome {
  auto& s = self->state;
  const auto* const before = s.predecessor_of(hello);
  // What still comes by its connection must not come after what the next process asks.
  if (before != nullptr && s.time->monotonic() - before->heard >= silent_after) self->send_exit(before->link.address(), caf::exit_reason::user_shutdown);
  auto answer = node_welcome{s.self_identity.node, s.refusal(hello), s.self_identity.incarnation, {}, s.self_identity.serves, s.self_identity.classes};
  if (!answer.refused.empty()) {
    s.warnings.warn("refused", hello.node, "node \"" + hello.node + "\" is refused: " + answer.refused);
    return answer;
  }
  if (!sender || hello.introduces) return answer; // nothing but talk of members
  const auto link = caf::actor_cast<guest_actor>(sender); // senders have no type
  self->demonitor(link.address()); // it may have said hello before
  self->monitor(link);
  s.guests[hello.node] = {hello.incarnation, link, s.time->monotonic(), s.time->monotonic()};
  s.past.erase(hello.node);
  answer.peers = s.local;
  if (s.may_tell()) spdlog::info("node \"{}\" has connected", hello.node);
  return answer;
}

void tell_guests(gate_actor::stateful_pointer<gate_state> self) {
  auto& s = self->state;
  const auto note = node_peers{s.self_identity.node, s.local};
  for (const auto& [name, g] : s.guests)
    if (const auto to = g.link.lock()) self->send(to, note);
}

void welcome_early(gate_actor::stateful_pointer<gate_state> self) {
  auto& s = self->state;
  if (!s.is_ready) return;
  for (auto& e : std::exchange(s.early, {})) e.answer.deliver(enter(self, e.hello, e.from));
}

} // namespace

void gate_state::forget(const caf::actor_addr& link, const std::string& why) {
  const auto now = time->monotonic();
  std::erase_if(past, [&](const auto& p) { return now - p.second.left > past_told_for; });
  for (auto at = guests.begin(); at != guests.end();) {
    if (at->second.link.address() != link) {
      ++at;
      continue;
    }
    if (may_tell()) spdlog::info("node \"{}\" has gone{}{}", at->first, why.empty() ? "" : ": ", why);
    if (past.size() < past_told_max) past[at->first] = {at->second.heard, now};
    at = guests.erase(at);
  }
}

auto gate_state::linked_nodes() const -> std::vector<linked_node> {
  const auto now = time->monotonic();
  const auto wall = [&, wall_now = time->wall_ns()](monotonic_time then) {
    return wall_now - std::chrono::nanoseconds{now - then}.count();
  };
  auto found = std::vector<linked_node>{};
  for (const auto& [node, g] : guests) found.push_back({node, false, true, wall(g.since), wall(g.heard), {}});
  for (const auto& [node, p] : past)
    if (now - p.left <= past_told_for) found.push_back({node, false, false, wall(p.left), wall(p.heard), {}});
  return found;
}

auto gate_state::guest_nodes() const -> std::vector<guest_node> {
  auto found = std::vector<guest_node>{};
  for (const auto& [node, g] : guests)
    if (const auto at = g.link.lock()) found.push_back({node, caf::actor_cast<caf::actor>(at)});
  return found;
}

auto gate_state::may_tell() -> bool {
  const auto now = time->monotonic();
  if (now >= minute_ends) {
    if (told > told_a_minute_max)
      spdlog::warn("nodes: {} more nodes came or went in a minute", told - told_a_minute_max);
    minute_ends = now + 1min;
    told = 0;
  }
  return ++told <= told_a_minute_max;
}

void gate_state::keep(early_hello fresh) {
  std::erase_if(early, [&](const early_hello& e) { return e.hello.node == fresh.hello.node; });
  if (early.size() < guests_max) early.push_back(std::move(fresh));
}

auto versions_text(std::uint32_t oldest, std::uint32_t newest) -> std::string {
  return oldest >= newest ? std::to_string(newest) : std::to_string(oldest) + " to " + std::to_string(newest);
}

auto refusal_of(const node_identity& me, const node_hello& hello) -> std::string {
  const auto oldest = hello.oldest == 0 ? hello.version : hello.oldest;
  if (hello.version < protocol_oldest || oldest > protocol_version)
    return "it speaks protocol version " + versions_text(oldest, hello.version) + ", this node version "
           + versions_text(protocol_oldest, protocol_version);
  if (hello.cluster != me.cluster)
    return "it belongs to cluster \"" + hello.cluster + "\", this node to \"" + me.cluster + '"';
  if (hello.node == me.node && hello.incarnation != me.incarnation) return "it has this node's own name";
  return {};
}

auto gate_state::predecessor_of(const node_hello& hello) const -> const guest* {
  const auto known = guests.find(hello.node);
  const auto is_another = known != guests.end() && known->second.incarnation != hello.incarnation;
  return is_another && refusal_of(self_identity, hello).empty() ? &known->second : nullptr;
}

auto gate_state::refusal(const node_hello& hello) const -> std::string {
  if (auto why = refusal_of(self_identity, hello); !why.empty()) return why;
  if (predecessor_of(hello) != nullptr) return "another running node has the same name";
  if (!guests.contains(hello.node) && guests.size() >= guests_max)
    return std::to_string(guests_max) + " other nodes are connected, which is as many as may be";
  return {};
}

auto gate(gate_actor::stateful_pointer<gate_state> self, node_identity identity, directory_actor directory)
    -> gate_actor::behavior_type {
  end_node_on_exceptions(self, "gate");
  self->state.self_identity = std::move(identity);
  self->set_down_handler([self](const caf::down_msg& m) {
    self->state.forget(m.source, m.reason ? failure_text(self->system(), m.reason) : std::string{});
  });
  self->send(directory, watch_atom::value, std::string{});
  self->delayed_send(self, self->state.patience, timer_atom::value);
  return {
      [self](const node_hello& hello) -> caf::result<node_welcome> {
        if (self->state.is_ready) return enter(self, hello, self->current_sender());
        auto promise = self->make_response_promise<node_welcome>();
        self->state.keep({hello, self->current_sender(), promise});
        return promise;
      },
      // What has not come by now may take long, and others wait for what is here.
      [self](timer_atom) {
        self->state.is_ready = true;
        welcome_early(self);
      },
      [self](const node_pulse& pulse) {
        auto& s = self->state;
        const auto known = s.guests.find(pulse.node);
        const auto is_guest = known != s.guests.end() && known->second.incarnation == pulse.incarnation;
        if (is_guest) known->second.heard = s.time->monotonic();
        return node_pulse{s.self_identity.node, is_guest ? s.self_identity.incarnation : 0};
      },
      [self](const peers_changed& note) {
        auto& s = self->state;
        s.local = note.peers;
        s.is_ready = s.is_ready || s.local.size() >= s.self_identity.actors;
        welcome_early(self);
        tell_guests(self);
      },
      [self](guests_atom) { return self->state.guest_nodes(); },
      [self](links_atom) { return self->state.linked_nodes(); },
  };
}

} // namespace weir
