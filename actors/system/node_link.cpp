#include "actors/system/node_link.hpp"

#include "actors/system/dialer.hpp"
#include "actors/system/failure.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

using pulse_atom = caf::atom_constant<caf::atom("pulse")>;

constexpr auto dial_timeout = 10s;
constexpr auto hello_timeout = 3s;

} // namespace

void node_link_state::dial() {
  self->request(dialer_handle, dial_timeout, dial_atom::value, settings.host, settings.port)
      .then([this](const caf::actor& gate) { on_connected(gate); },
            [this](const caf::error& e) { on_failure(failure_text(self->system(), e)); });
}

void node_link_state::on_connected(const caf::actor& gate) {
  const auto& me = settings.identity;
  self->request(gate, hello_timeout, node_hello{protocol_version, me.cluster, me.node, me.incarnation})
      .then([this, gate](const node_welcome& answer) { on_welcome(gate, answer); },
            [this](const caf::error&) { on_failure("no answer to hello"); });
}

void node_link_state::on_welcome(const caf::actor& gate, const node_welcome& answer) {
  if (!answer.refused.empty()) return on_failure("refused by \"" + answer.node + "\": " + answer.refused);
  if (answer.node != settings.name)
    return on_failure("the node there is \"" + answer.node + "\", not \"" + settings.name + '"');
  spdlog::info("connected to node \"{}\" at {}:{}", settings.name, settings.host, settings.port);
  failures = 0;
  last_problem.clear();
  gate_handle = gate;
  heard = since = settings.time->monotonic();
  self->monitor(gate);
  tell_directory(answer.peers);
  self->delayed_send(self, settings.pulse, pulse_atom::value);
}

void node_link_state::on_failure(const std::string& problem) {
  ++failures;
  if (problem != last_problem)
    spdlog::warn("node \"{}\" at {}:{} cannot be reached: {}", settings.name, settings.host, settings.port,
                 problem);
  last_problem = problem;
  self->delayed_send(self, backoff_delay(settings.redial, failures, random_id()), restart_atom::value);
}

void node_link_state::on_down() {
  if (!gate_handle) return;
  self->demonitor(gate_handle);
  gate_handle = nullptr;
  since = settings.time->monotonic();
  last_problem = "it is not heard of any more";
  spdlog::warn("node \"{}\" is down; what it had not acked goes elsewhere, or to it when it returns",
               settings.name);
  tell_directory({});
  self->delayed_send(self, settings.redial.first, restart_atom::value);
}

void node_link_state::feel_pulse() {
  if (!gate_handle) return;
  if (settings.time->monotonic() - heard > settings.down_after) return on_down();
  self->request(gate_handle, settings.down_after,
                node_pulse{settings.identity.node, settings.identity.incarnation})
      .then([this](const node_pulse&) { heard = settings.time->monotonic(); }, [](const caf::error&) {});
  self->delayed_send(self, settings.pulse, pulse_atom::value);
}

void node_link_state::tell_directory(const std::vector<peer>& peers) {
  if (const auto to = caf::actor_cast<caf::actor>(settings.directory))
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
  auto& s = self->state;
  s.self = self;
  s.settings = std::move(settings);
  s.since = s.settings.time->monotonic();
  s.dialer_handle = self->spawn<caf::detached + caf::linked>(dialer);
  self->set_down_handler([self](const caf::down_msg& m) {
    auto& link = self->state;
    if (link.gate_handle && link.gate_handle.address() == m.source) link.on_down();
  });
  s.dial();
  return {
      [self](restart_atom) { self->state.dial(); },
      [self](pulse_atom) { self->state.feel_pulse(); },
      [self](const node_peers& note) {
        if (self->state.gate_handle) self->state.tell_directory(note.peers);
      },
      [self](links_atom) { return std::vector{self->state.seen()}; },
      [self](observe_atom) -> caf::result<std::vector<observation>> {
        auto& link = self->state;
        if (!link.gate_handle) return failure_reason(failure::retry, "not connected: " + link.last_problem);
        auto promise = self->make_response_promise<std::vector<observation>>();
        self->request(link.gate_handle, 4s, observe_atom::value)
            .then([promise](std::vector<observation>& all) mutable { promise.deliver(std::move(all)); },
                  [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
        return promise;
      },
  };
}

} // namespace weir
