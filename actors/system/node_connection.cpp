#include "actors/system/node_connection.hpp"

#include "actors/system/failure.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

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

namespace {

template <class Self> auto ask_to_observe(Self* self) -> caf::result<std::vector<observation>> {
  auto promise = self->template make_response_promise<std::vector<observation>>();
  self->state.questions.ask(*self->state.wire, promise);
  return promise;
}

template <class Self> auto ask_to_obey(Self* self, const node_command& what) -> caf::result<std::string> {
  auto promise = self->template make_response_promise<std::string>();
  self->state.questions.ask(*self->state.wire, what, promise);
  return promise;
}

void on_host_welcome(caf::stateful_actor<guest_connection_state>* self, const node_welcome& note) {
  auto& s = self->state;
  s.host = note.node;
  if (note.refused.empty() && s.rights_of) s.may = s.rights_of(note.node, note.classes);
  if (note.refused.empty())
    tell_cluster(self, s.cluster, greeted({note.node, note.serves, note.incarnation, s.introduces}, s.wire));
  self->send(caf::actor_cast<caf::actor>(s.link), note);
}

} // namespace

auto guest_connection(caf::stateful_actor<guest_connection_state>* self) -> caf::behavior {
  self->set_down_handler([self](const caf::down_msg& m) {
    if (m.source == self->state.link) self->quit();
  });
  return {
      [self](const use_wire& given) {
        self->state.wire = given.wire;
        self->state.cluster = given.cluster;
        self->state.answers = given.answers;
        self->state.rights_of = given.rights_of;
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
      [self](hang_up_atom, const std::string& why) {
        self->state.wire->leave(why); // it may live, and is not to take this node for lost
        self->quit(failure_reason(failure::retry, why));
      },
      [self](observe_atom) { return ask_to_observe(self); },
      [self](const node_command& what) { return ask_to_obey(self, what); },
      [self](const node_welcome& note) { on_host_welcome(self, note); },
      [self](const node_peers& note) { self->send(caf::actor_cast<caf::actor>(self->state.link), note); },
      [self](const frame_arrived& note) {
        take_what_both_say(self, self->state.cluster, note.what);
        if (const auto* pulse = std::get_if<wire::pulse>(&note.what))
          self->send(caf::actor_cast<caf::actor>(self->state.link), *pulse);
        self->state.questions.take(note.what, self->state.wire, self->state.host, self->state.answers, self->state.may);
      },
      [self](const wire_ended& note) { self->quit(end_reason(note)); },
  };
}

namespace {

void on_welcome(caf::stateful_actor<host_connection_state>* self, const node_welcome& answer) {
  auto& s = self->state;
  s.is_welcome = answer.refused.empty();
  s.wire->welcome(answer, s.settings.rights);
  const auto& who = s.settings.hello;
  if (s.is_welcome)
    tell_cluster(self, s.settings.cluster, greeted({who.node, who.serves, who.incarnation, who.introduces}, s.wire));
}

} // namespace

auto host_connection_state::silent_for(monotonic_time now) -> duration {
  if (now - std::exchange(looked, now) > looked_at_every + settings.quiet_for_max / 2) attentive_since = now;
  return now - std::max(wire->heard(), attentive_since);
}

auto host_connection(caf::stateful_actor<host_connection_state>* self, std::shared_ptr<node_wire> wire,
                     host_connection_settings settings) -> caf::behavior {
  auto& s = self->state;
  s.wire = std::move(wire);
  s.settings = std::move(settings);
  end_with_wire(self, "connection of node " + s.settings.hello.node);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); }); // of the gate
  self->monitor(s.settings.gate);
  if (s.settings.refused.empty())
    self->send(s.settings.gate, s.settings.hello);
  else
    s.wire->welcome({s.settings.host, s.settings.refused, 0, {}}, {});
  self->delayed_send(self, welcome_within, hang_up_atom::value);
  self->delayed_send(self, looked_at_every, timer_atom::value);
  return {
      [self](observe_atom) { return ask_to_observe(self); },
      [self](const node_command& what) { return ask_to_obey(self, what); },
      [self](const node_welcome& answer) { on_welcome(self, answer); },
      [self](const node_peers& note) { self->state.wire->set_members(note.peers); },
      [self](const node_pulse& pulse) { self->state.wire->send(pulse, net::send_as::urgent); },
      [self](const frame_arrived& note) {
        take_what_both_say(self, self->state.settings.cluster, note.what);
        if (const auto* pulse = std::get_if<wire::pulse>(&note.what)) self->send(self->state.settings.gate, *pulse);
        auto& at = self->state;
        at.questions.take(note.what, at.wire, at.settings.hello.node, at.settings.answers, at.settings.rights.may);
      },
      [self](hang_up_atom) {
        if (!self->state.is_welcome) self->state.wire->leave("no welcome in time");
      },
      [self](timer_atom) {
        self->state.wire->tell_left_out();
        const auto most = self->state.settings.quiet_for_max;
        if (self->state.silent_for(system_clock().monotonic()) > most)
          return self->state.wire->leave("not heard of for " + to_text(most));
        self->delayed_send(self, looked_at_every, timer_atom::value);
      },
      [self](const wire_ended& note) { self->quit(end_reason(note)); },
  };
}

} // namespace weir
