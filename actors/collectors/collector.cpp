#include "actors/collectors/collector.hpp"

#include "actors/system/failure.hpp"

namespace weir {

void collector_state::begin(caf::event_based_actor* actor, collector_settings settings,
                            std::shared_ptr<collector_core> core) {
  self = actor;
  auto& decides = settings.decides;
  address = decides.address;
  time = decides.context.clock;
  decides.forget = [waits = settings.waits](int fd) { waits->forget(fd); };
  decides.wait = [waits = settings.waits, me = caf::actor_cast<caf::actor_addr>(self)](int fd) {
    return waits->wait(fd, [me] {
      if (const auto strong = caf::actor_cast<caf::actor>(me)) caf::anon_send(strong, wake_atom::value);
    });
  };
  directory = settings.directory;
  thread = core->board->threads().add_own();
  machine.emplace(std::move(decides), std::move(core));
  watch();
  end_on_exceptions(self, address);
}

void collector_state::watch() {
  const auto knows = directory.lock();
  for (const auto& to : machine->receivers()) self->send(knows, watch_atom::value, to);
}

void collector_state::change(const collector_change& wanted) {
  decide([&](auto& decides) { decides.change(wanted); });
  watch();
}

void collector_state::listen() {
  decide([](auto& decides) { decides.listen(); });
  if (const auto parent = supervisor.lock(); parent && !machine->failure()) self->send(parent, child_opened{address, {}});
}

void collector_state::tell_supervisor() {
  const auto parent = supervisor.lock();
  if (!parent) return;
  if (machine->is_open() && !std::exchange(is_open_told, true)) self->send(parent, child_opened{address, {}});
  if (machine->is_finished() && !std::exchange(is_reported, true)) self->send(parent, child_finished{address});
}

template <class Step> void collector_state::decide(Step step) {
  machine->note_mailbox(self->mailbox().size());
  step(*machine);
  send_all(self, handles, machine->take_outgoing());
  for (auto& q : machine->take_questions())
    if (const auto to = handles.find(q.to)) self->send(to, std::move(q.what));
  if (const auto& failed = machine->failure())
    return fail(self, address, failed->why, failed->is_fatal ? failure::fatal : failure::retry);
  tell_supervisor();
  if (machine->has_more() && !std::exchange(is_step_sent, true)) self->send(self, step_atom::value);
  if (!is_reported) timer.arm(self, time->monotonic(), machine->deadline());
}

namespace {

auto receivers_of(collector_state& s, const std::vector<peer>& peers) -> std::vector<sender_links::receiver> {
  auto there = std::vector<sender_links::receiver>{};
  for (const auto& p : peers)
    if (p.handle) there.push_back({s.handles.number(s.self, p.handle), p.address});
  return there;
}

} // namespace

auto collector(caf::stateful_actor<collector_state>* self, collector_settings settings,
               std::shared_ptr<collector_core> core, parent_handle supervisor) -> caf::behavior {
  auto& s = self->state;
  s.supervisor = std::move(supervisor);
  s.begin(self, std::move(settings), std::move(core));
  self->set_down_handler([&s](const caf::down_msg& m) {
    const auto who = s.handles.forget(m.source);
    s.decide([&](auto& machine) { machine.on_down(who); });
  });
  return {
      [&s](listen_atom) { s.listen(); },
      [&s](start_atom) { s.decide([](auto& machine) { machine.start(); }); },
      [&s](step_atom) {
        s.is_step_sent = false;
        s.decide([](auto& machine) { machine.on_time(); });
      },
      [&s](wake_atom) { s.decide([](auto& machine) { machine.on_wake(); }); },
      [&s](timer_atom, std::uint64_t number) {
        s.timer.fired(number);
        s.decide([](auto& machine) { machine.on_time(); });
      },
      [&s](const link_feedback& note) { s.decide([&](auto& machine) { machine.on_feedback(note); }); },
      [&s](const reopen_link& note) { s.decide([&](auto& machine) { machine.on_reopen(note); }); },
      [&s](const close_link& note) { s.decide([&](auto& machine) { machine.on_close(note); }); },
      [&s](const peers_changed& note) {
        s.decide([&](auto& machine) { machine.on_peers(note.component, receivers_of(s, note.peers), note.unheard); });
      },
      [&s](const known_positions& note) { s.decide([&](auto& machine) { machine.on_answer(note); }); },
      [&s](drain_atom) { s.decide([](auto& machine) { machine.drain(); }); },
      [&s](leave_atom) { s.decide([](auto& machine) { machine.drain(); }); },
      [&s](const std::shared_ptr<collector_change>& wanted) { s.change(*wanted); },
      [&s](progress_atom) { return s.machine->progress(); },
  };
}

} // namespace weir
