#include "actors/aggregators/aggregator.hpp"

#include "actors/system/failure.hpp"

namespace weir {

void aggregator_state::begin(caf::event_based_actor* actor, aggregator_settings settings,
                             std::shared_ptr<aggregator_core> core) {
  self = actor;
  time = settings.time;
  address = settings.decides.address;
  if (core->is_durable()) syncer = self->spawn<caf::detached + caf::linked>(log_syncer);
  directory = settings.directory;
  machine.emplace(std::move(settings.decides), std::move(core), *time);
  watch();
  end_on_exceptions(self, address);
  if (const auto parent = supervisor.lock()) self->send(parent, child_opened{address, {}});
}

void aggregator_state::watch() {
  const auto knows = directory.lock();
  for (const auto& to : machine->neighbours()) self->send(knows, watch_atom::value, to);
}

void aggregator_state::change(const aggregator_change& wanted) {
  note([&](auto& decides) { decides.change(wanted); });
  watch();
}

template <class Step> void aggregator_state::note(Step step) {
  step(*machine);
  send();
  if (!std::exchange(is_step_sent, true)) self->send(self, step_atom::value);
}

void aggregator_state::work() {
  machine->note_mailbox(self->mailbox().size());
  machine->work();
  if (auto job = machine->take_sync())
    self->send(syncer, sync_atom::value, std::make_shared<log_sync>(log_sync{std::move(*job), {}}));
  send();
  timer.arm(self, time->monotonic(), machine->deadline());
  if (!machine->is_finished() || std::exchange(is_reported, true)) return;
  if (const auto parent = supervisor.lock()) self->send(parent, child_finished{address});
}

void aggregator_state::send() {
  send_all(self, handles, machine->take_outgoing());
  for (auto& q : machine->take_questions())
    if (const auto to = handles.find(q.to)) self->send(to, std::move(q.what));
  for (auto& a : machine->take_answers())
    if (const auto to = handles.find(a.to)) self->send(to, std::move(a.what));
}

auto aggregator_state::sender() -> std::uint64_t {
  const auto from = caf::actor_cast<caf::actor>(self->current_sender());
  return from ? handles.number(self, from) : 0;
}

namespace {

auto receivers_for(aggregator_state& s, const std::vector<peer>& peers) -> std::vector<sender_links::receiver> {
  auto there = std::vector<sender_links::receiver>{};
  for (const auto& p : peers)
    if (p.handle) there.push_back({s.handles.number(s.self, p.handle), p.address});
  return there;
}

/// Calls `step(machine, note, sender)` for messages that have a sender.
template <class Note, class Step> auto sent(aggregator_state& s, Step step) {
  return [&s, step](const Note& note) {
    if (const auto from = s.sender()) s.note([&](auto& machine) { step(machine, note, from); });
  };
}

} // namespace

auto aggregator(caf::stateful_actor<aggregator_state>* self, aggregator_settings settings,
                std::shared_ptr<aggregator_core> core, parent_handle supervisor) -> caf::behavior {
  auto& s = self->state;
  s.supervisor = std::move(supervisor);
  s.begin(self, std::move(settings), std::move(core));
  self->set_down_handler([&s](const caf::down_msg& m) {
    const auto who = s.handles.forget(m.source);
    s.note([&](auto& machine) { machine.on_down(who); });
  });
  return {
      sent<open_link>(s, [](auto& machine, const auto& note, auto from) { machine.on_open(note, from); }),
      [&s](const transfer_chunks& note) { s.note([&](auto& machine) { machine.on_transfer(note); }); },
      [&s](const link_feedback& note) { s.note([&](auto& machine) { machine.on_feedback(note); }); },
      sent<probe_link>(s, [](auto& machine, const auto& note, auto from) { machine.on_probe(note, from); }),
      [&s](const reopen_link& note) { s.note([&](auto& machine) { machine.on_reopen(note); }); },
      sent<close_link>(s, [](auto& machine, const auto& note, auto from) { machine.on_close(note, from); }),
      sent<ask_positions>(s, [](auto& machine, const auto& note, auto from) { machine.on_question(note, from); }),
      [&s](const known_positions& note) { s.note([&](auto& machine) { machine.on_answer(note); }); },
      sent<ask_settled>(s, [](auto& machine, const auto& note, auto from) { machine.on_question(note, from); }),
      [&s](const known_settled& note) { s.note([&](auto& machine) { machine.on_answer(note); }); },
      sent<ask_had>(s, [](auto& machine, const auto& note, auto from) { machine.on_question(note, from); }),
      [&s](const known_had& note) { s.note([&](auto& machine) { machine.on_answer(note); }); },
      [&s](const peers_changed& note) {
        s.note([&](auto& machine) { machine.on_peers(note.component, receivers_for(s, note.peers), note.unheard); });
      },
      [&s](sync_atom, const std::shared_ptr<log_sync>& done) {
        s.machine->on_synced(done->job, done->outcome);
        s.work();
      },
      [&s](timer_atom, std::uint64_t number) {
        s.timer.fired(number);
        s.work();
      },
      [&s](step_atom) {
        s.is_step_sent = false;
        s.work();
      },
      [&s](drain_atom) { s.note([](auto& machine) { machine.drain(); }); },
      [&s](leave_atom) { s.note([](auto& machine) { machine.leave(); }); },
      [&s](const std::shared_ptr<aggregator_change>& wanted) { s.change(*wanted); },
      [&s](progress_atom) { return s.machine->progress(); },
  };
}

} // namespace weir
