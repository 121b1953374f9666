#include "actors/collectors/collector.hpp"

#include "actors/system/failure.hpp"
#include "runtime/base/units.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto read_bytes_max = std::size_t{512} << 10;
constexpr auto chunk_bytes_wanted = std::size_t{704} << 10; // fits a cache between reader and writer
constexpr auto chunk_age_max = 200ms;
constexpr auto gathering_max = 2ms; // for a receiver that waits, while the source has more: a chunk costs its hops
constexpr auto trickle_bytes_max = std::size_t{16} << 10; // a source that gives more is not left alone
constexpr auto starved_look = 100ms; // without demand: accept connections, answer heartbeats
constexpr auto probe_interval = 5s;
constexpr auto ask_interval = 1s;
constexpr auto resume_patience = 10s; // for a receiver that is away while others are there
constexpr auto undecided_patience = 3s; // for a component of which nobody answers while another does
constexpr auto complain_again = 60s;

} // namespace

collector_state::~collector_state() {
  if (reads && reads->wake_fd() >= 0) settings.waits->forget(reads->wake_fd());
}

void collector_state::start() {
  const auto now = settings.context.clock->monotonic();
  if (settings.resumes && (core->starts == 0 || core->has_undecided())) {
    question = random_id();
    asks_all = core->starts == 0; // an earlier instance of this actor heard of the others
    inquiry.emplace(settings.source, settings.downstream, now + resume_patience);
    undecided_at = now + undecided_patience;
    complain_at = now + resume_patience;
    if (!make_source()) return;
  }
  for (const auto& component : settings.downstream)
    self->send(caf::actor_cast<caf::actor>(settings.directory), watch_atom::value, component.name);
  if (is_waiting())
    inquire(now);
  else
    open_source();
}

void collector_state::on_peers(const peers_changed& note) {
  peers[note.component] = note.peers;
  auto addresses = std::vector<std::string>{};
  for (const auto& p : note.peers) addresses.push_back(p.address);
  if (inquiry) inquiry->on_peers(note.component, addresses, note.unheard);
  ask_at = {};
  for (std::size_t i = 0; i < ports.size() && !is_waiting(); ++i)
    if (ports[i].component() == note.component && !core->is_undecided(i))
      ports[i].update(core->flow, note.peers);
  step(); // what a peer that went had in flight may go elsewhere
}

/// A component of which nobody answers holds up the others for a moment only: what is for it waits.
void collector_state::inquire(monotonic_time now) {
  if (!is_waiting()) return decide_late(now);
  auto decided = std::size_t{0};
  for (std::size_t i = 0; i < ports.size(); ++i) decided += inquiry->is_decided(i, now) ? 1U : 0U;
  if (decided == ports.size() || (decided > 0 && now >= undecided_at)) return end_inquiry(now);
  ask(now);
  if (settings.listens && now >= paused_until) {
    (void)reads->read(*takes, 0); // whoever connects is answered
    paused_until = now + starved_look;
  }
  timer.arm(self, now, settings.listens ? std::min(ask_at, paused_until) : ask_at);
}

/// Asks those who have not answered, again and again: an answer may be lost, or its giver restarted.
void collector_state::ask(monotonic_time now) {
  if (now >= ask_at) {
    for (std::size_t i = 0; i < ports.size(); ++i)
      for (const auto& p : peers[ports[i].component()])
        if (p.handle && !inquiry->has_answered(p.address) && (is_waiting() || core->is_undecided(i)))
          self->send(p.handle, ask_positions{question, settings.source, settings.address, false, settings.listens});
    ask_at = now + ask_interval;
  }
  if (now < complain_at) return;
  complain_at = now + (is_waiting() ? resume_patience : complain_again);
  spdlog::warn("{}: waits for {} to say what it has of earlier data", settings.address, inquiry->missing_text());
}

void collector_state::on_answer(const known_positions& note) {
  if (!inquiry || note.question != question) return;
  inquiry->on_answer(note.receiver, note.positions, note.partly);
  step();
}

void collector_state::end_inquiry(monotonic_time now) {
  auto undecided = std::vector<bool>{}; // at the end nothing is read any more, for nobody
  for (std::size_t i = 0; i < ports.size(); ++i)
    undecided.push_back(!at_end && !inquiry->is_decided(i, now));
  core->resume(inquiry->known(), undecided, !settings.listens, inquiry->partly());
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (undecided[i])
      spdlog::warn("{}: begins before {} has said what it has: what is for it waits, up to {}",
                   settings.address, ports[i].component(), to_text(byte_count{core->hold_bytes}));
    else
      ports[i].update(core->flow, peers[ports[i].component()]);
  if (!core->has_undecided()) end_asking();
  open_source();
}

void collector_state::end_asking() {
  if (asks_all && !inquiry->missing().empty() && !at_end)
    spdlog::warn("{}: goes on although not all have said what they have: the last moments before an earlier "
                 "end may come twice",
                 settings.address);
  inquiry.reset();
}

void collector_state::decide_late(monotonic_time now) {
  auto again = false;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (!core->is_undecided(i) || !inquiry->is_decided(i, now)) continue;
    core->close_chunk(*settings.context.clock);
    if (!core->builder.empty()) return; // its dead letters could not be kept
    const auto done = core->decide(i, inquiry->known()[i], inquiry->partly());
    if (!done.safe.empty()) reads->acknowledge(done.safe);
    again = again || done.begins_again;
    ports[i].update(core->flow, peers[ports[i].component()]);
  }
  if (core->has_undecided())
    ask(now);
  else
    end_asking();
  if (!again) return;
  forget_source();
  open_source();
}

void collector_state::forget_source() {
  if (reads->wake_fd() >= 0) settings.waits->forget(reads->wake_fd());
  waiting = false;
  ready = true;
  started = false;
  reads.reset();
}

auto collector_state::make_source() -> bool {
  takes = std::make_unique<chunking_intake>(settings.intake, settings.context, core->builder, core->counts,
                                            core->letters);
  reads = settings.make_source(settings.context);
  const auto listening = reads->listen();
  // The first start is the operator's to mend; later ones are retried.
  if (!listening)
    fail(self, settings.address, listening.failure(), core->starts < 2 ? failure::fatal : failure::retry);
  return bool{listening};
}

void collector_state::open_source() {
  const auto resume = core->begin_again();
  if (!reads && !make_source()) return;
  if (core->is_catching_up())
    takes->set_on_save_point([this](std::string_view stream, std::uint64_t begin, std::uint64_t end) {
      core->at_save_point({std::string{stream}, begin, end});
    });
  if (const auto opened = reads->open(resume); !opened) {
    return fail(self, settings.address, opened.failure(),
                core->starts == 1 ? failure::fatal : failure::retry);
  }
  started = true;
  paused_until = {}; // the looks while it was waiting are over
  step();
}

void collector_state::on_feedback(const link_feedback& note) {
  for (auto& p : ports) {
    auto news = p.on_feedback(core->flow, note);
    if (!news) continue;
    const auto safe = core->on_news(std::move(*news));
    if (reads && !safe.empty()) reads->acknowledge(safe);
    return;
  }
}

auto collector_state::wants_to_read(monotonic_time now) -> bool {
  if (at_end) return false;
  if (starved && core->budget_bytes() > 0) return true;
  if (now < paused_until) return false;
  if (const auto wake = reads->wake_at(); wake && now >= *wake) ready = true;
  return ready || starved;
}

auto collector_state::read(monotonic_time now) -> read_status {
  const auto before = core->builder.bytes();
  const auto room = chunk_bytes_wanted - std::min(before, chunk_bytes_wanted);
  const auto budget = std::min({core->budget_bytes(), read_bytes_max, room});
  const auto status = reads->read(*takes, budget);
  if (!status) {
    started = false;
    fail(self, settings.address, status.failure(), failure::retry);
    return read_status::idle;
  }
  if (before == 0 && core->builder.bytes() > 0) collecting_since = now;
  at_end = at_end || *status == read_status::finished;
  starved = budget == 0;
  ready = *status == read_status::more;
  const auto trickles = !ready && core->builder.bytes() - before < trickle_bytes_max;
  paused_until = now + (starved ? duration{starved_look} : trickles ? reads->pause() : duration{0});
  return starved ? read_status::idle : *status;
}

auto collector_state::should_close(monotonic_time now) const -> bool {
  if (core->builder.empty()) return false;
  if (at_end || core->builder.bytes() >= chunk_bytes_wanted) return true;
  const auto gathers = ready && !starved;
  const auto patience = !core->flow.is_hungry() ? chunk_age_max : gathers ? gathering_max : 0ms;
  return now >= collecting_since + patience;
}

void collector_state::step() {
  const auto& clock = *settings.context.clock;
  auto now = clock.monotonic();
  if (is_waiting()) return inquire(now);
  if (inquiry && started) decide_late(now);
  if (!started || reported) return;
  const auto more = wants_to_read(now) && read(now) == read_status::more;
  if (!started) return;
  now = clock.monotonic();
  takes->flush(at_end ? monotonic_time::max() : now);
  if (should_close(now)) core->close_chunk(clock);
  core->tell_untaken(now, false);
  for (auto& p : ports) p.flush(core->flow, now);
  probe_if_due(now);
  if (more && !step_sent) {
    step_sent = true;
    self->send(self, step_atom::value);
  }
  wait_for_source(now);
  arm_timer(now);
  finish_if_done();
}

void collector_state::probe_if_due(monotonic_time now) {
  if (now < probe_at) return;
  for (auto& p : ports) p.probe();
  probe_at = now + probe_interval;
}

void collector_state::wait_for_source(monotonic_time now) {
  const auto fd = reads->wake_fd();
  if (at_end || waiting || ready || starved || fd < 0 || now < paused_until) return;
  waiting = settings.waits->wait(fd, [me = caf::actor_cast<caf::actor_addr>(self)] {
    if (const auto strong = caf::actor_cast<caf::actor>(me)) caf::anon_send(strong, wake_atom::value);
  });
}

void collector_state::arm_timer(monotonic_time now) {
  auto next = now + probe_interval;
  if (!at_end && paused_until > now) next = std::min(next, paused_until);
  if (const auto wake = reads->wake_at(); wake && !at_end)
    next = std::min(next, std::max(*wake, paused_until));
  if (!core->builder.empty()) next = std::min(next, std::max(collecting_since + chunk_age_max, now + 1ms));
  if (const auto due = takes->wake_at()) next = std::min(next, *due);
  if (const auto linger = core->flow.deadline()) next = std::min(next, *linger);
  if (inquiry) next = std::min(next, ask_at);
  timer.arm(self, now, next);
}

void collector_state::drain() {
  const auto is_first = !std::exchange(draining, true);
  if (settings.reads_to_end && is_first) return read_to_end();
  if (settings.reads_to_end) return;
  at_end = true;
  if (is_waiting()) return end_inquiry(settings.context.clock->monotonic());
  step();
}

/// The source is made anew as one that ends by itself. Whoever may stay away for long is not waited for,
/// unless the run is to end only when all is stored: what is left then is there at the next start.
void collector_state::read_to_end() {
  settings.context.once = true;
  const auto is_away =
      is_waiting() || (started && core->budget_bytes() == 0 && core->flow.unacked_chunks() == 0);
  at_end = at_end || (!settings.waits_to_the_end && is_away);
  if (is_waiting()) return at_end ? end_inquiry(settings.context.clock->monotonic()) : void(make_source());
  if (!started || at_end) return step();
  forget_source();
  open_source();
}

void collector_state::finish_if_done() {
  if (reported || !at_end || !core->is_empty() || !reads->is_settled()) return;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (!core->is_undecided(i)) continue;
    (void)core->decide(i, {}); // nothing is left for it, which it has to hear
    ports[i].update(core->flow, peers[ports[i].component()]);
  }
  for (auto& p : ports) p.close();
  if (!std::all_of(ports.begin(), ports.end(), [](const auto& p) { return p.is_closed(); })) return;
  core->tell_untaken(settings.context.clock->monotonic(), true);
  reported = true;
  if (const auto parent = caf::actor_cast<caf::actor>(supervisor))
    self->send(parent, child_finished{settings.address});
}

auto collector_state::observe() const -> observation {
  auto o = observation{};
  o.address = settings.address;
  o.component = settings.context.component;
  o.tier = "collector";
  o.type = settings.type;
  o.state = reported                    ? "finished"
            : is_waiting()              ? "asking where to go on"
            : at_end                    ? "draining"
            : core->budget_bytes() == 0 ? "waiting for demand"
                                        : "running";
  o.events_out = core->events_acked;
  o.bytes_out = core->bytes_acked;
  o.events_held = core->flow.unacked_events() + core->builder.events();
  o.bytes_held = core->flow.unacked_bytes() + core->builder.body_bytes();
  o.events_in = core->events_closed + core->builder.events();
  o.bytes_in = core->bytes_closed + core->builder.body_bytes();
  for (const auto& [reason, count] : core->counts.dropped) {
    o.dropped[reason] = count;
    o.events_in += count;
  }
  o.no_sink = core->counts.no_sink.all();
  o.dead_letters = core->counts.dead_letters.all();
  o.last_error = core->last_error;
  o.last_error_ns = core->last_error_ns;
  for (const auto& out : core->flow.outlets()) o.demand_held += out.credit_bytes();
  o.unparsed = core->counts.unparsed;
  o.noted = core->counts.noted;
  if (reads) {
    o.detail = reads->summary();
    reads->observe(o);
  }
  if (!core->last_error.empty()) o.problems.push_back(core->last_error);
  if (!reported && !inquiry)
    for (const auto& p : ports) p.observe(o);
  if (const auto oldest = core->flow.oldest_closed_ns())
    o.delay_ns = settings.context.clock->wall_ns() - oldest;
  return o;
}

auto collector(caf::stateful_actor<collector_state>* self, collector_settings settings,
               std::shared_ptr<collector_core> core, caf::actor_addr supervisor) -> caf::behavior {
  auto& s = self->state;
  s.self = self;
  s.settings = std::move(settings);
  s.core = std::move(core);
  s.supervisor = std::move(supervisor);
  for (std::size_t i = 0; i < s.settings.downstream.size(); ++i)
    s.ports.emplace_back(self, s.settings.address, s.settings.downstream[i].name, i);
  for (std::size_t i = 0; i < s.settings.downstream.size(); ++i) s.core->flow.at(i).drop_peers();
  end_on_exceptions(self, s.settings.address);
  self->set_down_handler([self](const caf::down_msg& m) {
    for (auto& p : self->state.ports) p.on_down(self->state.core->flow, m.source);
    self->state.step();
  });
  self->send(self, start_atom::value);
  return {
      [self](start_atom) { self->state.start(); },
      [self](step_atom) {
        self->state.step_sent = false;
        self->state.step();
      },
      [self](wake_atom) {
        self->state.waiting = false;
        self->state.ready = true;
        self->state.step();
      },
      [self](timer_atom, std::uint64_t number) {
        self->state.timer.fired(number);
        self->state.step();
      },
      [self](const link_feedback& note) {
        self->state.on_feedback(note);
        self->state.step();
      },
      [self](const reopen_link& note) {
        for (auto& p : self->state.ports) p.on_reopen(self->state.core->flow, note);
        self->state.step();
      },
      [self](const close_link& note) {
        for (auto& p : self->state.ports) p.on_closed(self->state.core->flow, note);
        self->state.step();
      },
      [self](const peers_changed& note) { self->state.on_peers(note); },
      [self](const known_positions& note) { self->state.on_answer(note); },
      [self](drain_atom) { self->state.drain(); },
      [self](observe_atom) { return self->state.observe(); },
  };
}

} // namespace weir
