#include "actors/sinks/sink_writer.hpp"

#include "actors/sinks/dead_letters.hpp"
#include "actors/system/failure.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto group_bytes_max = std::size_t{4} << 20;
constexpr auto idle_after = 1s;

} // namespace

void sink_core::take(const chunk_ptr& c) {
  ++taken;
  auto fresh = item{c, 0};
  for_each_section(*c, [&](const section& s, std::string_view entries) {
    if (!match.matches(s.tag)) return;
    fresh.events += s.count;
    bytes_in += entries.size();
  });
  events_in += fresh.events;
  ready_events += fresh.events;
  ready.push_back(std::move(fresh));
}

auto sink_core::next_group(std::size_t bytes_max) const -> std::vector<chunk_ptr> {
  auto group = std::vector<chunk_ptr>{};
  auto bytes = std::size_t{0};
  for (const auto& i : ready) {
    if (!group.empty() && bytes + i.content->body.size() > bytes_max) break;
    bytes += i.content->body.size();
    group.push_back(i.content);
  }
  return group;
}

void sink_core::release(std::size_t chunks) {
  for (; chunks > 0; --chunks) {
    const auto id = ready.front().content->id;
    in.make_safe(id);
    in.settle({id.origin, id.sequence, id.sequence});
    ready_events -= ready.front().events;
    ready.pop_front();
  }
}

void sink_core::settle(std::size_t chunks, const committed& done, const std::vector<letter_fate>& fates) {
  events_stored += done.events;
  bytes_stored += done.bytes;
  // What came in and is neither stored nor refused was there already.
  auto repeated = std::uint64_t{0};
  for (std::size_t i = 0; i < chunks; ++i) repeated += ready[i].events;
  repeated -= std::min(repeated, done.events);
  for (std::size_t i = 0; i < done.refused.size(); ++i) {
    const auto& r = done.refused[i];
    repeated -= std::min(repeated, r.events);
    count_dropped(r.reason, r.tag, r.events, fates[i]);
  }
  events_repeated += repeated;
  events_in -= repeated;
  release(chunks);
}

void sink_core::count_dropped(const std::string& reason, std::string_view tag, std::uint64_t events,
                              letter_fate fate) {
  dropped.add(fate == letter_fate::lost ? letter_lost : std::string_view{reason}, events);
  if (fate == letter_fate::kept) dead_letters.add(tag, events);
}

void sink_core::give_up(std::size_t chunks, const std::string& reason, letter_fate fate) {
  for (std::size_t i = 0; i < chunks; ++i)
    for (const auto& section : ready[i].content->sections)
      if (match.matches(section.tag)) count_dropped(reason, section.tag, section.count, fate);
  release(chunks);
}

void sink_core::note_error(const std::string& what, std::int64_t now_ns) {
  last_error = what;
  last_error_ns = now_ns;
}

void sink_state::on_transfer(const transfer_chunks& note) {
  for (const auto& c : from->on_transfer(note)) core->take(c);
  from->send_feedback();
  schedule();
}

void sink_state::schedule() {
  if (commit_sent || core->ready.empty() || failures > 0) return;
  // Behind what already waits in the mailbox, so that one commit takes it all.
  commit_sent = true;
  self->send(self, step_atom::value);
}

auto sink_state::open_store() -> result<void> {
  if (is_open) return {};
  if (!target) target = settings.make_store(settings.context);
  WEIR_CHECK(target->open());
  is_open = true;
  if (unopened > 0) spdlog::info("{}: the store can be opened", settings.address);
  unopened = 0;
  return {};
}

void sink_state::commit() {
  const auto now = settings.context.clock->monotonic();
  const auto group = core->next_group(one_by_one ? 1 : group_bytes_max);
  if (group.empty()) return finish_if_done();
  idled = false;
  if (const auto opened = open_store(); !opened) return on_failure(opened.failure(), group, now);
  auto fates = std::vector<letter_fate>{};
  const auto done = commit_to_store(group, fates);
  if (!done) return on_failure(done.failure(), group, now);
  if (failures > 0)
    spdlog::info("{}: the store takes data again after {} failures", settings.address, failures);
  failures = 0;
  one_by_one = false;
  core->note_error({}, 0);
  core->settle(group.size(), *done, fates);
  from->send_feedback();
  answer_questions();
  schedule();
  if (core->ready.empty()) timer.arm(self, now, now + idle_after);
  finish_if_done();
}

/// What the store refuses is in the file before the store makes the rest final: it would not tell again.
auto sink_state::commit_to_store(const std::vector<chunk_ptr>& group, std::vector<letter_fate>& fates)
    -> result<committed> {
  auto batch = commit_batch{group, core->match};
  const auto keep_all = [&](std::span<const refusal> refused) -> result<void> {
    for (const auto& r : refused) {
      WEIR_TRY(const auto fate, keep(letters_of(r, batch), r.reason));
      fates.push_back(fate);
    }
    return {};
  };
  batch.keep_refused = keep_all;
  WEIR_TRY(auto done, target->commit(batch));
  if (fates.empty()) WEIR_CHECK(keep_all(done.refused));
  return done;
}

auto sink_state::keep(std::vector<dead_letter> letters, const std::string& reason) -> result<letter_fate> {
  for (auto& letter : letters) {
    letter.at_ns = settings.context.clock->wall_ns();
    letter.reason = reason;
    letter.from = settings.address;
  }
  return settings.dead_letters->keep(letters, settings.context.clock->monotonic());
}

auto sink_state::give_up(const std::vector<chunk_ptr>& group, const std::string& reason) -> result<void> {
  WEIR_TRY(const auto fate, keep(all_letters_of({group, core->match}), reason));
  core->give_up(group.size(), reason, fate);
  failures = 0;
  from->send_feedback();
  schedule();
  finish_if_done();
  return {};
}

void sink_state::on_failure(const error& e, const std::vector<chunk_ptr>& group, monotonic_time now) {
  is_open = false;
  core->note_error(e.what, settings.context.clock->wall_ns());
  if (failures++ == 0) failing_since = now;
  const auto over = settings.give_up_after && now - failing_since >= *settings.give_up_after;
  if (e.code == errc::rejected && !over && group.size() > 1) {
    one_by_one = true;
    failures = 0;
    return schedule();
  }
  if (e.code != errc::rejected && !over) return retry_later(e, now);
  spdlog::error("{}: gives up {} chunks: {}", settings.address, group.size(), e.what);
  const auto given_up = give_up(group, (over ? "gave up: " : "rejected: ") + e.what);
  if (given_up) return;
  core->note_error(given_up.failure().what, settings.context.clock->wall_ns());
  retry_later(given_up.failure(), now);
}

void sink_state::retry_later(const error& e, monotonic_time now) {
  const auto wait = backoff_delay(settings.retry, failures, random_id());
  spdlog::warn("{}: {}; next try in {}ms", settings.address, e.what, wait / 1ms);
  retry_at = now + wait;
  timer.arm(self, now, retry_at);
}

void sink_state::go_idle() {
  if (idled || !is_open || !core->ready.empty()) return;
  idled = true;
  if (const auto done = target->idle(); !done) spdlog::warn("{}: {}", settings.address, done.failure().what);
}

void sink_state::on_timer(std::uint64_t generation) {
  if (!timer.fires(generation)) return;
  const auto now = settings.context.clock->monotonic();
  if (core->ready.empty()) return go_idle();
  if (now >= retry_at) return commit();
  timer.arm(self, now, retry_at);
}

/// The collector's earlier instance may have chunks under way to us still: they must not come in any more.
void sink_state::on_question(const ask_positions& note) {
  if (!self->current_sender()) return;
  from->fence(note.sender);
  questions.add(note, caf::actor_cast<caf::actor>(self->current_sender()), core->taken);
  answer_questions();
}

/// Collectors ask each second, whoever reads the log need not.
void sink_state::tell_unopened(const std::string& why) {
  core->note_error(why, settings.context.clock->wall_ns());
  const auto now = settings.context.clock->monotonic();
  if (failures > 0 || (unopened > 0 && now < tell_at)) return; // told by who tries to commit
  spdlog::warn("{}: {}", settings.address, why);
  tell_at = now + backoff_delay(settings.retry, ++unopened, UINT64_MAX);
}

void sink_state::answer_questions() {
  questions.answer([this](std::uint64_t mark) { return core->taken - core->ready.size() >= mark; },
                   [this](const auto& q) { return answer(q.note, q.from); });
}

/// A store that cannot be opened now answers later: the collector asks again.
auto sink_state::answer(const ask_positions& note, const caf::actor& asker) -> bool {
  if (const auto opened = open_store(); !opened) return tell_unopened(opened.failure().what), false;
  auto known = target->positions(note.source);
  if (!known) return spdlog::warn("{}: {}", settings.address, known.failure().what), false;
  self->send(asker, known_positions{note.question, settings.address, std::move(*known)});
  return true;
}

void sink_state::drain() {
  how = ending::drained;
  finish_if_done();
}

void sink_state::finish_if_done() {
  if (reported || !from->is_done(settings.local_senders, how)) return;
  if (core->in.held_chunks() > 0 && !(settings.senders_keep && how == ending::drained)) return;
  reported = true;
  go_idle();
  if (const auto parent = caf::actor_cast<caf::actor>(supervisor))
    self->send(parent, child_finished{settings.address});
}

auto sink_state::observe() const -> observation {
  auto o = observation{};
  o.address = settings.address;
  o.component = settings.context.component;
  o.tier = "sink";
  o.type = settings.type;
  o.state = reported                  ? "finished"
            : failures + unopened > 0 ? "retrying"
            : how == ending::drained  ? "draining"
                                      : "running";
  o.events_in = core->events_in;
  o.bytes_in = core->bytes_in;
  o.events_out = core->events_stored;
  o.bytes_out = core->bytes_stored;
  o.events_held = core->ready_events;
  o.bytes_held = core->in.held_bytes();
  o.demand_granted = core->in.granted_bytes();
  from->observe(o);
  o.damaged = core->in.damaged_chunks();
  o.dropped = core->dropped.all();
  o.dead_letters = core->dead_letters.all();
  if (core->events_repeated > 0)
    o.detail = std::to_string(core->events_repeated) + " events came again and were known";
  o.last_error = core->last_error;
  o.last_error_ns = core->last_error_ns;
  if (!core->ready.empty())
    o.delay_ns = settings.context.clock->wall_ns() - core->ready.front().content->closed_ns;
  return o;
}

auto sink_writer(caf::stateful_actor<sink_state>* self, sink_settings settings,
                 std::shared_ptr<sink_core> core, caf::actor_addr supervisor) -> caf::behavior {
  auto& s = self->state;
  s.self = self;
  s.settings = std::move(settings);
  s.core = std::move(core);
  s.supervisor = std::move(supervisor);
  s.how = s.settings.context.once ? ending::with_its_senders : ending::never;
  s.from = std::make_unique<receiver_port>(self, s.core->in);
  end_on_exceptions(self, s.settings.address);
  self->set_down_handler([self](const caf::down_msg& m) {
    self->state.from->on_down(m.source);
    self->state.from->send_feedback();
    self->state.finish_if_done();
  });
  s.schedule(); // what an earlier instance left
  return {
      [self](const open_link& note) {
        self->state.from->on_open(note, self->current_sender());
        self->state.from->send_feedback();
      },
      [self](const transfer_chunks& note) { self->state.on_transfer(note); },
      [self](const probe_link& note) { self->state.from->on_probe(note, self->current_sender()); },
      [self](const close_link& note) {
        self->state.from->on_close(note, self->current_sender());
        self->state.from->send_feedback();
        self->state.finish_if_done();
      },
      [self](step_atom) {
        self->state.commit_sent = false;
        self->state.commit();
      },
      [self](timer_atom, std::uint64_t generation) { self->state.on_timer(generation); },
      [self](const ask_positions& note) { self->state.on_question(note); },
      [self](drain_atom) { self->state.drain(); },
      [self](observe_atom) { return self->state.observe(); },
  };
}

} // namespace weir
