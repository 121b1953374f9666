#include "actors/system/node_link.hpp"

#include "actors/system/dialer.hpp"
#include "actors/system/failure.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

using tick_atom = caf::atom_constant<caf::atom("tick")>;
using hello_atom = caf::atom_constant<caf::atom("hello")>;

constexpr auto observe_patience = 4s;
constexpr auto command_patience = 60s;

/// The dialer answers when the system has looked the name up, connected and shaken hands, or given up.
constexpr auto dial_timeout = 60s;

auto rounded(duration time) -> std::string {
  if (time >= 2min) return to_text(duration{std::chrono::duration_cast<std::chrono::minutes>(time)});
  return to_text(duration{std::chrono::duration_cast<std::chrono::seconds>(time)});
}

/// To the other node; answered with a T of it.
template <class T, class... Ts>
auto pass_on(caf::stateful_actor<node_link_state>* self, duration patience, const Ts&... question) -> caf::result<T> {
  const auto& link = self->state;
  if (!link.gate_handle) return failure_reason(failure::retry, link.problem());
  auto promise = self->template make_response_promise<T>();
  self->request(link.gate_handle, patience, question...)
      .then([promise](T& answer) mutable { promise.deliver(std::move(answer)); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

} // namespace

void node_link_state::start_dialer() {
  dialer_handle = settings.make_dialer(self);
  self->link_to(dialer_handle);
}

void node_link_state::dial() {
  const auto now = ++attempt;
  self->request(dialer_handle, dial_timeout, dial_atom::value, settings.host, settings.port)
      .then(
          [this, now](const caf::actor& gate) {
            if (now == attempt) say_hello(gate);
          },
          [this, now](const caf::error& e) {
            if (now == attempt) on_failure(failure_text(self->system(), e));
          });
}

void node_link_state::say_hello(const caf::actor& gate) {
  const auto& me = settings.identity;
  if (greeted != gate) hang_up(greeted);
  greeted = gate;
  self->monitor(gate);
  self->send(gate, node_hello{protocol_version, me.cluster, me.node, me.incarnation, me.classes, protocol_oldest, me.serves});
  self->delayed_send(self, settings.hello_patience, hello_atom::value, attempt);
}

void node_link_state::on_welcome(const node_welcome& answer) {
  const auto gate = caf::actor_cast<caf::actor>(self->current_sender());
  if (!gate || gate_handle) return; // of an earlier hello
  if (!answer.refused.empty() || answer.node != settings.name) hang_up(greeted);
  if (!answer.refused.empty()) return on_failure("refused by \"" + answer.node + "\": " + answer.refused);
  if (answer.node != settings.name)
    return on_failure("the node there is \"" + answer.node + "\", not \"" + settings.name + '"');
  spdlog::info("connected to node \"{}\" at {}:{}", settings.name, settings.host, settings.port);
  ++attempt;
  failures = 0;
  last_problem.clear();
  if (greeted != gate) hang_up(greeted);
  greeted = nullptr;
  gate_handle = gate;
  incarnation = answer.incarnation;
  heard = since = settings.time->monotonic();
  tell_directory(answer.peers);
}

void node_link_state::on_failure(const std::string& problem) {
  const auto is_news = problem != last_problem;
  last_problem = problem;
  ++failures;
  if (is_news) tell_problem();
  dial_later();
}

void node_link_state::dial_later() {
  const auto wait = backoff_delay(settings.redial, std::max(failures, 1U), random_id());
  self->delayed_send(self, wait, restart_atom::value, ++attempt);
}

void node_link_state::on_down(const std::string& why) {
  if (!gate_handle) return;
  give_up(gate_handle, why);
  since = told_at = settings.time->monotonic();
  last_problem = why;
  spdlog::warn("node \"{}\" is not connected any more ({}); what it had not acked goes elsewhere, or to it when it returns",
               settings.name, why);
  tell_directory({});
  dial_later();
}

void node_link_state::hang_up(caf::actor& connection) {
  if (!connection) return;
  self->demonitor(connection);
  self->send(connection, hang_up_atom::value);
  connection = nullptr;
}

/// As hang_up, but nobody meant it to end.
void node_link_state::give_up(caf::actor& connection, const std::string& why) {
  self->demonitor(connection);
  self->send(connection, hang_up_atom::value, why);
  connection = nullptr;
}

void node_link_state::on_connection_end(const caf::down_msg& m) {
  const auto why = "its connection ended" + (m.reason ? ": " + failure_text(self->system(), m.reason) : "");
  if (gate_handle && gate_handle.address() == m.source) return on_down(why);
  if (!greeted || greeted.address() != m.source) return;
  greeted = nullptr;
  on_failure(why);
}

void node_link_state::on_pulse(const node_pulse& answer) {
  if (!gate_handle || self->current_sender() != gate_handle) return;
  if (answer.incarnation != incarnation) return on_down("it does not know this node any more");
  heard = settings.time->monotonic();
}

/// Once a pulse, from the beginning to the end: a chain that nothing can break or double.
void node_link_state::on_tick() {
  self->delayed_send(self, settings.pulse, tick_atom::value);
  const auto now = settings.time->monotonic();
  // Who was stopped itself has heard nobody: what came meanwhile is read first.
  if (now - std::exchange(ticked, now) > settings.pulse + settings.down_after / 2) attentive_since = now;
  if (!gate_handle) {
    if (now - told_at >= settings.told_every) tell_problem();
    return;
  }
  if (now - std::max(heard, attentive_since) > settings.down_after) return on_down("not heard of for " + rounded(now - heard));
  self->send(gate_handle, node_pulse{settings.identity.node, settings.identity.incarnation});
}

void node_link_state::tell_problem() {
  told_at = settings.time->monotonic();
  spdlog::warn("node \"{}\" at {}:{} cannot be reached: {}", settings.name, settings.host, settings.port,
               problem());
}

auto node_link_state::problem() const -> std::string {
  const auto away = settings.time->monotonic() - since;
  return (last_problem.empty() ? "no answer yet" : last_problem)
         + (away < 1s ? std::string{} : " (for " + rounded(away) + ')');
}

void node_link_state::tell_directory(const std::vector<peer>& peers) {
  if (const auto to = settings.directory.lock())
    self->send(to, node_peers{settings.name, peers});
}

auto node_link_state::seen() const -> linked_node {
  const auto now = settings.time->monotonic();
  const auto wall = [&](monotonic_time then) {
    return settings.time->wall_ns() - std::chrono::nanoseconds{now - then}.count();
  };
  const auto was_heard = heard != monotonic_time{};
  return {settings.name, true, gate_handle != nullptr, wall(since), was_heard ? wall(heard) : 0,
          gate_handle ? std::string{} : last_problem.empty() ? "no answer yet" : last_problem};
}

auto node_link(caf::stateful_actor<node_link_state>* self, node_link_settings settings) -> caf::behavior {
  end_node_on_exceptions(self, "link to node " + settings.name);
  auto& s = self->state;
  s.self = self;
  s.settings = std::move(settings);
  s.since = s.told_at = s.settings.time->monotonic();
  s.start_dialer();
  self->set_down_handler([self](const caf::down_msg& m) { self->state.on_connection_end(m); });
  self->set_exit_handler([self](const caf::exit_msg& m) {
    // A dialer that fails answers nothing more: the request says so, and the next one asks another.
    if (m.source != self->state.dialer_handle.address()) return self->quit(m.reason);
    self->state.start_dialer();
  });
  s.dial();
  s.on_tick();
  return {
      [self](restart_atom, std::uint64_t attempt) {
        if (attempt == self->state.attempt) self->state.dial();
      },
      [self](hello_atom, std::uint64_t attempt) {
        if (attempt == self->state.attempt) self->state.on_failure("no answer to hello");
      },
      [self](tick_atom) { self->state.on_tick(); },
      [self](const node_welcome& answer) { self->state.on_welcome(answer); },
      [self](const node_pulse& answer) { self->state.on_pulse(answer); },
      [self](const node_peers& note) {
        if (self->state.gate_handle) self->state.tell_directory(note.peers);
      },
      [self](links_atom) { return std::vector{self->state.seen()}; },
      [self](observe_atom) -> caf::result<std::vector<observation>> {
        return pass_on<std::vector<observation>>(self, observe_patience, observe_atom::value);
      },
      [self](const node_command& what) -> caf::result<std::string> {
        return pass_on<std::string>(self, command_patience, what);
      },
  };
}

} // namespace weir
