#include "actors/sinks/sink.hpp"

#include "actors/system/failure.hpp"

namespace weir {

sink_state::~sink_state() {
  if (desk) desk->close();
}

void sink_state::begin(caf::event_based_actor* actor, sink_settings settings,
                       std::shared_ptr<sink_core> core) {
  self = actor;
  time = settings.writes.does.context.clock;
  address = settings.decides.address;
  end_on_exceptions(self, address);
  desk = std::make_shared<sink_desk>(self->address(), std::move(settings.decides), std::move(core), *time);
  writer = self->spawn<caf::detached + caf::linked>(sink_writer, std::move(settings.writes), desk);
  decide([](auto&, auto&) {}); // what an earlier instance left
}

template <class Step> void sink_state::decide(Step step) {
  const auto outlook = desk->decide(step);
  // Behind what already waits in the mailbox, so that one commit takes it all.
  if (outlook.needs_writer && !step_sent) self->send(self, step_atom::value), step_sent = true;
  if (const auto now = time->monotonic(); outlook.deadline && *outlook.deadline > now)
    desk->will_look(timer.arm(self, now, *outlook.deadline));
  if (reported || !outlook.is_finished) return;
  reported = true;
  if (const auto parent = caf::actor_cast<caf::actor>(supervisor))
    self->send(parent, child_finished{address});
}

namespace {

/// Calls `decide(machine, note, sender)`.
template <class Note, class Decide> auto handler(sink_state& s, Decide decide) {
  return [&s, decide](const Note& note) {
    const auto from = caf::actor_cast<caf::actor>(s.self->current_sender());
    if (!from) return;
    s.decide([&](auto& machine, auto& handles) { decide(machine, note, handles.number(s.self, from)); });
  };
}

} // namespace

auto sink(caf::stateful_actor<sink_state>* self, sink_settings settings, std::shared_ptr<sink_core> core,
          caf::actor_addr supervisor) -> caf::behavior {
  auto& s = self->state;
  s.supervisor = std::move(supervisor);
  s.begin(self, std::move(settings), std::move(core));
  self->set_down_handler([&s](const caf::down_msg& m) {
    s.decide([&](auto& machine, auto& handles) {
      if (const auto who = handles.forget(m.source)) machine.on_down(who);
    });
  });
  return {
      handler<open_link>(s, [](auto& m, const auto& note, auto from) { m.on_open(note, from); }),
      [&s](const transfer_chunks& note) { s.decide([&](auto& m, auto&) { m.on_transfer(note); }); },
      handler<probe_link>(s, [](auto& m, const auto& note, auto from) { m.on_probe(note, from); }),
      handler<close_link>(s, [](auto& m, const auto& note, auto from) { m.on_close(note, from); }),
      handler<ask_positions>(s, [](auto& m, const auto& note, auto from) { m.on_question(note, from); }),
      [&s](step_atom) {
        s.step_sent = false;
        if (s.desk->wake_writer()) s.self->send(s.writer, step_atom::value);
        s.decide([](auto&, auto&) {});
      },
      [&s](timer_atom, std::uint64_t number) {
        s.timer.fired(number);
        s.decide([](auto& m, auto&) { m.on_time(); });
      },
      [&s](drain_atom) { s.decide([](auto& m, auto&) { m.drain(); }); },
      [&s](observe_atom) { return s.desk->observe(); },
  };
}

} // namespace weir
