#include "actors/aggregators/aggregator.hpp"

#include "actors/system/failure.hpp"

#include <algorithm>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto probe_interval = 5s;

} // namespace

void aggregator_core::take(const chunk_ptr& c, monotonic_time now) {
  events_in += c->count;
  bytes_in += c->body.size();
  flow.push(c, now);
}

void aggregator_core::settle(const std::vector<chunk_ptr>& chunks) {
  for (const auto& c : chunks) {
    events_out += c->count;
    bytes_out += c->body.size();
    in.settle(c->id);
  }
}

void aggregator_state::on_transfer(const transfer_chunks& note) {
  const auto now = settings.time->monotonic();
  for (const auto& c : from->on_transfer(note)) core->take(c, now);
}

void aggregator_state::on_feedback(const link_feedback& note) {
  auto settled = std::vector<chunk_ptr>{};
  for (auto& p : ports)
    if (p.on_feedback(core->flow, note, settled)) break;
  core->settle(settled);
}

void aggregator_state::on_close(const close_link& note) {
  if (note.sender == settings.address) // a receiver confirms ours
    for (auto& p : ports) p.on_closed(core->flow, note);
  else
    from->on_close(note, self->current_sender());
  step();
}

void aggregator_state::step() {
  const auto now = settings.time->monotonic();
  for (auto& p : ports) p.flush(core->flow, now);
  if (now >= probe_at) {
    for (auto& p : ports) p.probe();
    probe_at = now + probe_interval;
  }
  from->send_feedback();
  auto next = probe_at;
  if (const auto linger = core->flow.deadline()) next = std::min(next, *linger);
  timer.arm(self, now, next);
  finish_if_done();
}

void aggregator_state::drain() {
  how = ending::drained;
  step();
}

void aggregator_state::finish_if_done() {
  if (reported || !from->is_done(settings.expected_senders, how) || core->in.held_chunks() > 0) return;
  for (auto& p : ports) p.close();
  if (!std::all_of(ports.begin(), ports.end(), [](const auto& p) { return p.is_closed(); })) return;
  reported = true;
  if (const auto parent = caf::actor_cast<caf::actor>(supervisor))
    self->send(parent, child_finished{settings.address});
}

auto aggregator_state::observe() const -> observation {
  auto o = observation{};
  o.address = settings.address;
  o.component = settings.component;
  o.tier = settings.tier;
  o.type = "aggregator";
  o.state = reported ? "finished" : how == ending::drained ? "draining" : "running";
  o.events_in = core->events_in;
  o.bytes_in = core->bytes_in;
  o.events_out = core->events_out;
  o.bytes_out = core->bytes_out;
  o.events_held = core->flow.unsettled_events();
  o.bytes_held = core->in.held_bytes();
  o.demand_granted = core->in.granted_bytes();
  for (const auto& out : core->flow.outlets()) o.demand_held += out.credit_bytes();
  if (const auto oldest = core->flow.oldest_closed_ns()) o.delay_ns = settings.time->wall_ns() - oldest;
  return o;
}

auto aggregator(caf::stateful_actor<aggregator_state>* self, aggregator_settings settings,
                std::shared_ptr<aggregator_core> core, caf::actor_addr supervisor) -> caf::behavior {
  auto& s = self->state;
  s.self = self;
  s.settings = std::move(settings);
  s.core = std::move(core);
  s.supervisor = std::move(supervisor);
  s.how = s.settings.once ? ending::with_its_senders : ending::never;
  s.from = std::make_unique<receiver_port>(self, s.core->in);
  const auto directory = caf::actor_cast<caf::actor>(s.settings.directory);
  for (std::size_t i = 0; i < s.settings.downstream.size(); ++i) {
    s.core->flow.at(i).drop_peers();
    s.ports.emplace_back(self, s.settings.address, s.settings.downstream[i], i);
    self->send(directory, watch_atom::value, s.settings.downstream[i]);
  }
  end_on_exceptions(self, s.settings.address);
  self->set_down_handler([self](const caf::down_msg& m) {
    self->state.from->on_down(m.source);
    for (auto& p : self->state.ports) p.on_down(self->state.core->flow, m.source);
    self->state.step();
  });
  return {
      [self](const open_link& note) {
        self->state.from->on_open(note, self->current_sender());
        self->state.step();
      },
      [self](const transfer_chunks& note) {
        self->state.on_transfer(note);
        self->state.step();
      },
      [self](const link_feedback& note) {
        self->state.on_feedback(note);
        self->state.step();
      },
      [self](const probe_link& note) { self->state.from->on_probe(note, self->current_sender()); },
      [self](const reopen_link& note) {
        for (auto& p : self->state.ports) p.on_reopen(self->state.core->flow, note);
        self->state.step();
      },
      [self](const close_link& note) { self->state.on_close(note); },
      [self](const peers_changed& note) {
        for (auto& p : self->state.ports)
          if (p.component() == note.component) p.update(self->state.core->flow, note.peers);
        self->state.step(); // what a peer that went had in flight may go elsewhere
      },
      [self](timer_atom, std::uint64_t generation) {
        if (self->state.timer.fires(generation)) self->state.step();
      },
      [self](drain_atom) { self->state.drain(); },
      [self](observe_atom) { return self->state.observe(); },
  };
}

} // namespace weir
