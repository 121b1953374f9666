#include "actors/aggregators/aggregator.hpp"

#include "actors/system/failure.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto probe_interval = 5s;
constexpr auto drain_patience = 5s; // for what a log would keep as well

void tell_processed(const outgoing_process& process, observation& to) {
  const auto& counted = process.counted();
  to.unparsed = counted.unparsed;
  to.noted = {counted.noted.begin(), counted.noted.end()};
  to.no_sink = counted.no_sink.all();
  to.dead_letters = process.dead_letters().all();
}

} // namespace

void aggregator_state::on_transfer(const transfer_chunks& note) {
  const auto now = settings.time->monotonic();
  for (const auto& c : from->on_transfer(note)) core->take(c, now);
}

void aggregator_state::on_feedback(const link_feedback& note) {
  for (auto& p : ports) {
    auto news = p.on_feedback(core->flow, note);
    if (!news) continue;
    core->on_news(std::move(*news));
    return;
  }
}

/// The collector's earlier instance may have chunks under way to us still: they must not come in any more.
void aggregator_state::on_question(const ask_positions& note) {
  if (!self->current_sender()) return;
  if (!note.is_passed_on) from->fence(note.sender);
  const auto asker = caf::actor_cast<caf::actor>(self->current_sender());
  // What clients send again the stores know again.
  if (passed && (note.is_urgent || settings.asked.empty()))
    self->send(asker, known_positions{note.question, settings.address, {}});
  else if (passed)
    passed->ask(note, askers.number(self, asker), settings.time->monotonic());
  else
    questions.add(note, asker, core->mark());
  step();
}

void aggregator_state::on_peers(const peers_changed& note) {
  for (auto& p : ports)
    if (p.component() == note.component) p.update(core->flow, note.peers);
  const auto is_its = [&](const auto& c) { return c.name == note.component; };
  if (passed && std::any_of(settings.asked.begin(), settings.asked.end(), is_its)) {
    auto addresses = std::vector<std::string>{};
    for (const auto& p : note.peers) addresses.push_back(p.address);
    passed->on_peers(note.component, addresses, note.unheard);
    peers[note.component] = note.peers;
  }
  step(); // what a peer that went had in flight may go elsewhere
}

void aggregator_state::pass_questions_on(monotonic_time now) {
  for (auto& q : passed->take_passed())
    for (const auto& [component, all] : peers)
      for (const auto& p : all)
        if (p.address == q.receiver && p.handle) self->send(p.handle, q.note);
  for (auto& a : passed->take_answers(now))
    if (const auto to = askers.find(a.to)) self->send(to, std::move(a.what));
  for (const auto& text : passed->take_complaints(now)) spdlog::warn("{}: {}", settings.address, text);
}

void aggregator_state::answer_questions() {
  questions.answer([this](std::uint64_t mark) { return core->is_safe_up_to(mark); },
                   [this](const auto& q) {
                     auto known = core->positions_of(q.note.source);
                     self->send(q.from, known_positions{q.note.question, settings.address, std::move(known)});
                     return true;
                   });
}

void aggregator_state::on_synced(const log_sync& done) {
  core->finish_sync(done.job, done.outcome, settings.time->monotonic());
  step();
}

void aggregator_state::on_close(const close_link& note) {
  if (note.sender == settings.address) // a receiver confirms ours
    for (auto& p : ports) p.on_closed(core->flow, note);
  else
    from->on_close(note, self->current_sender());
  step_soon();
}

void aggregator_state::step_soon() {
  if (!std::exchange(step_sent, true)) self->send(self, step_atom::value);
}

void aggregator_state::step() {
  const auto now = settings.time->monotonic();
  core->work(now);
  if (auto job = core->take_sync(now))
    self->send(syncer, sync_atom::value, std::make_shared<log_sync>(log_sync{std::move(*job), {}}));
  for (auto& p : ports) p.flush(core->flow, now);
  if (now >= probe_at) {
    for (auto& p : ports) p.probe();
    probe_at = now + probe_interval;
  }
  from->send_feedback();
  if (passed)
    pass_questions_on(now);
  else
    answer_questions();
  for (const auto& news : core->take_news(now))
    spdlog::log(news.is_good ? spdlog::level::info : spdlog::level::warn, "{}: {}", settings.address, news.text);
  auto next = probe_at;
  if (const auto due = core->deadline()) next = std::min(next, *due);
  if (const auto due = passed ? passed->deadline(now) : std::nullopt) next = std::min(next, *due);
  if (drain_until && *drain_until > now) next = std::min(next, *drain_until);
  timer.arm(self, now, next);
  finish_if_done(now);
}

void aggregator_state::drain() {
  how = ending::drained;
  if (core->is_durable() && !drain_until) drain_until = settings.time->monotonic() + drain_patience;
  step();
}

/// A log keeps what is not passed on when the node has to end.
auto aggregator_state::has_delivered(monotonic_time now) const -> bool {
  return core->is_empty() || (core->is_safe() && drain_until && now >= *drain_until);
}

void aggregator_state::finish_if_done(monotonic_time now) {
  if (reported || !from->is_done(settings.local_senders, how) || !has_delivered(now)) return;
  for (auto& p : ports) p.close();
  const auto closed = std::all_of(ports.begin(), ports.end(), [](const auto& p) { return p.is_closed(); });
  if (!closed && !(drain_until && now >= *drain_until)) return;
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
  o.detail = core->remarks();
  o.events_in = core->events_in;
  o.bytes_in = core->bytes_in;
  const auto held = core->held();
  o.events_held = held.events_held;
  o.bytes_held = held.bytes_held;
  o.dropped = core->dropped;
  if (core->process) tell_processed(*core->process, o);
  const auto out = core->passed_on();
  o.events_out = out.events;
  o.bytes_out = out.bytes;
  tell_troubles(o);
  o.demand_granted = core->in.granted_bytes();
  from->observe(o);
  if (!reported)
    for (const auto& p : ports) p.observe(o);
  o.damaged = core->in.damaged_chunks();
  for (const auto& to : core->flow.outlets()) o.demand_held += to.credit_bytes();
  if (held.oldest_closed_ns != 0) o.delay_ns = settings.time->wall_ns() - held.oldest_closed_ns;
  return o;
}

/// The latest is the last error; all of them are problems until they are over.
void aggregator_state::tell_troubles(observation& o) const {
  const auto now = settings.time->monotonic();
  for (auto& t : core->troubles(now)) {
    const auto at_ns = settings.time->wall_ns() - std::chrono::nanoseconds{now - t.at}.count();
    if (at_ns > o.last_error_ns) o.last_error = t.what, o.last_error_ns = at_ns;
    o.problems.push_back(std::move(t.what));
  }
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
  if (s.core->is_durable())
    s.syncer = self->spawn<caf::detached + caf::linked>(log_syncer);
  else
    s.passed.emplace(s.settings.address, s.settings.asked, s.settings.asked.size() == s.settings.downstream.size());
  s.core->begin_again(s.settings.time->monotonic());
  const auto directory = caf::actor_cast<caf::actor>(s.settings.directory);
  for (std::size_t i = 0; i < s.settings.downstream.size(); ++i) {
    s.ports.emplace_back(self, s.settings.address, s.settings.downstream[i].name, i);
    self->send(directory, watch_atom::value, s.settings.downstream[i].name);
  }
  end_on_exceptions(self, s.settings.address);
  self->set_down_handler([self](const caf::down_msg& m) {
    self->state.from->on_down(m.source);
    (void)self->state.askers.forget(m.source);
    for (auto& p : self->state.ports) p.on_down(self->state.core->flow, m.source);
    self->state.step_soon();
  });
  return {
      [self](const open_link& note) {
        self->state.from->on_open(note, self->current_sender());
        self->state.step_soon();
      },
      [self](const transfer_chunks& note) {
        self->state.on_transfer(note);
        self->state.step_soon();
      },
      [self](const link_feedback& note) {
        self->state.on_feedback(note);
        self->state.step_soon();
      },
      [self](const probe_link& note) { self->state.from->on_probe(note, self->current_sender()); },
      [self](const reopen_link& note) {
        for (auto& p : self->state.ports) p.on_reopen(self->state.core->flow, note);
        self->state.step_soon();
      },
      [self](const close_link& note) { self->state.on_close(note); },
      [self](const ask_positions& note) { self->state.on_question(note); },
      [self](sync_atom, const std::shared_ptr<log_sync>& done) { self->state.on_synced(*done); },
      [self](const known_positions& note) {
        if (self->state.passed) self->state.passed->on_answer(note);
        self->state.step();
      },
      [self](const peers_changed& note) { self->state.on_peers(note); },
      [self](timer_atom, std::uint64_t number) {
        self->state.timer.fired(number);
        self->state.step();
      },
      [self](step_atom) {
        self->state.step_sent = false;
        self->state.step();
      },
      [self](drain_atom) { self->state.drain(); },
      [self](observe_atom) { return self->state.observe(); },
  };
}

} // namespace weir
