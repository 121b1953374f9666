#include "actors/system/node_connection.hpp"

#include "actors/system/failure.hpp"
#include "runtime/measure/observation_codec.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto questions_max = std::size_t{16};
constexpr auto looked_at_every = 1s;
constexpr auto welcome_within = 15s; // a gate takes ten at most

/// To who keeps the members. Of what comes by the wire.
template <class Self, class Note> void tell_cluster(Self* self, const cluster_actor& who, Note&& note) {
  if (who) self->send(who, std::forward<Note>(note));
}

/// What both sides may say whenever they are greeted.
template <class Self> void take_what_both_say(Self* self, const cluster_actor& who, const wire::frame& what) {
  if (const auto* said = std::get_if<wire::gossip>(&what)) return tell_cluster(self, who, *said);
  if (std::holds_alternative<wire::pulse>(what)) tell_cluster(self, who, heard_atom::value);
}

auto greeted(greeted_node who, const std::shared_ptr<node_wire>& wire) -> link_greeted {
  return {std::move(who), [wire](const wire::gossip& what) { wire->send(what); }};
}

/// Of an end that is meant there is nothing to say.
auto end_reason(const wire_ended& note) -> caf::error {
  return note.is_meant ? caf::error{caf::exit_reason::normal} : failure_reason(failure::retry, note.why);
}

/// What both ends do: end with their wire, and it with them.
template <class Self> void end_with_wire(Self* self, const std::string& address) {
  end_on_exceptions(self, address);
  self->attach_functor([wire = self->state.wire] { wire->leave("the node ends"); });
}

} // namespace

void guest_connection_state::answer(const wire::observed& note) {
  const auto at = asked.find(note.question);
  if (at == asked.end()) return;
  auto promise = at->second;
  asked.erase(at);
  auto all = decode_observations(note.figures);
  if (!note.problem.empty())
    promise.deliver(failure_reason(failure::retry, note.problem));
  else if (all)
    promise.deliver(std::move(*all));
  else
    promise.deliver(failure_reason(failure::retry, "it sent figures that cannot be read"));
}

auto guest_connection(caf::stateful_actor<guest_connection_state>* self) -> caf::behavior {
  self->set_down_handler([self](const caf::down_msg& m) {
    if (m.source == self->state.link) self->quit();
  });
  return {
      [self](const use_wire& given) {
        self->state.wire = given.wire;
        self->state.cluster = given.cluster;
        end_with_wire(self, "connection to " + given.wire->peer_text());
      },
      [self](const node_hello& hello) {
        self->state.link = self->current_sender()->address();
        self->state.introduces = hello.introduces;
        self->monitor(self->state.link);
        self->state.wire->send(hello);
      },
      [self](const node_pulse& pulse) { self->state.wire->send(pulse, net::send_as::urgent); },
      [self](hang_up_atom) {
        if (!self->state.introduces) self->state.wire->close("hung up");
        self->quit();
      },
      [self](observe_atom) -> caf::result<std::vector<observation>> {
        auto& s = self->state;
        auto promise = self->make_response_promise<std::vector<observation>>();
        if (s.asked.size() >= questions_max) s.asked.erase(s.asked.begin()); // nobody waits any more
        s.asked.emplace(++s.questions, promise);
        s.wire->send(wire::observe{s.questions});
        return promise;
      },
      [self](const node_welcome& note) {
        auto& s = self->state;
        if (note.refused.empty()) tell_cluster(self, s.cluster, greeted({note.node, note.serves, note.incarnation}, s.wire));
        self->send(caf::actor_cast<caf::actor>(s.link), note);
      },
      [self](const node_peers& note) { self->send(caf::actor_cast<caf::actor>(self->state.link), note); },
      [self](const frame_arrived& note) {
        take_what_both_say(self, self->state.cluster, note.what);
        if (const auto* pulse = std::get_if<wire::pulse>(&note.what))
          self->send(caf::actor_cast<caf::actor>(self->state.link), *pulse);
        if (const auto* figures = std::get_if<wire::observed>(&note.what)) self->state.answer(*figures);
      },
      [self](const wire_ended& note) { self->quit(end_reason(note)); },
  };
}

namespace {

/// As large as a frame of it may be; no node has so much to tell.
void answer_observe(const host_connection_state& s, std::uint64_t question) {
  auto answer = wire::observed{question, {}, {}};
  if (s.settings.boards) answer.figures = encode_observations(s.settings.boards->observe(system_clock()));
  if (const auto size = answer.figures.size(); size + 4096 > payload_bytes_max(wire::frame_type::observed)) {
    answer.problem = "its figures have " + std::to_string(size) + " bytes, which is more than may be sent";
    answer.figures.clear();
  }
  s.wire->send(answer);
}

void on_welcome(caf::stateful_actor<host_connection_state>* self, const node_welcome& answer) {
  auto& s = self->state;
  s.is_welcome = answer.refused.empty();
  s.wire->welcome(answer, s.settings.rights);
  const auto& who = s.settings.hello;
  if (s.is_welcome) tell_cluster(self, s.settings.cluster, greeted({who.node, who.serves, who.incarnation}, s.wire));
}

} // namespace

auto host_connection(caf::stateful_actor<host_connection_state>* self, std::shared_ptr<node_wire> wire,
                     host_connection_settings settings) -> caf::behavior {
  auto& s = self->state;
  s.wire = std::move(wire);
  s.settings = std::move(settings);
  end_with_wire(self, "connection of node " + s.settings.hello.node);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); }); // of the gate
  self->monitor(s.settings.gate);
  self->send(s.settings.gate, s.settings.hello);
  self->delayed_send(self, welcome_within, hang_up_atom::value);
  self->delayed_send(self, looked_at_every, timer_atom::value);
  return {
      [self](const node_welcome& answer) { on_welcome(self, answer); },
      [self](const node_peers& note) { self->state.wire->set_members(note.peers); },
      [self](const node_pulse& pulse) { self->state.wire->send(pulse, net::send_as::urgent); },
      [self](const frame_arrived& note) {
        take_what_both_say(self, self->state.settings.cluster, note.what);
        if (const auto* pulse = std::get_if<wire::pulse>(&note.what)) self->send(self->state.settings.gate, *pulse);
        if (const auto* asked = std::get_if<wire::observe>(&note.what)) answer_observe(self->state, asked->question);
      },
      [self](hang_up_atom) {
        if (!self->state.is_welcome) self->state.wire->leave("no welcome in time");
      },
      [self](timer_atom) {
        self->state.wire->tell_left_out();
        const auto most = self->state.settings.quiet_for_max;
        if (system_clock().monotonic() - self->state.wire->heard() > most)
          return self->state.wire->close("not heard of for " + to_text(most));
        self->delayed_send(self, looked_at_every, timer_atom::value);
      },
      [self](const wire_ended& note) { self->quit(end_reason(note)); },
  };
}

} // namespace weir
