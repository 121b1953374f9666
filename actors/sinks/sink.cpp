#include "actors/sinks/sink.hpp"

#include "actors/system/failure.hpp"

namespace weir {

void sink_state::begin(sink_settings settings) {
  time = settings.writes.does.context.clock;
  end_on_exceptions(self, settings.decides.address);
  writer = self->spawn<caf::detached + caf::linked>(sink_writer, std::move(settings.writes));
  machine = std::make_unique<sink_machine>(std::move(settings.decides), *core, *time);
  pass_on(); // what an earlier instance left
}

/// Of the message being handled.
auto sink_state::sender() -> std::uint64_t {
  return handles.number(self, caf::actor_cast<caf::actor>(self->current_sender()));
}

void sink_state::start_job() {
  step_sent = false;
  if (auto job = machine->take_job()) self->send(writer, assigned_job{std::move(*job)});
}

void sink_state::pass_on() {
  send_all(self, handles, machine->take_outgoing());
  for (auto& a : machine->take_answers())
    if (const auto to = handles.find(a.to)) self->send(to, std::move(a.what));
  const auto now = time->monotonic();
  // Behind what already waits in the mailbox, so that one commit takes it all.
  if (!step_sent && machine->has_job()) self->send(self, step_atom::value), step_sent = true;
  if (const auto next = machine->deadline(); next && *next > now) timer.arm(self, now, *next);
  if (reported || !machine->is_finished()) return;
  reported = true;
  if (const auto parent = caf::actor_cast<caf::actor>(supervisor))
    self->send(parent, child_finished{machine->address()});
}

namespace {

/// Calls `decide(machine, note, sender)`, then sends what came of it.
template <class Note, class Decide> auto handler(sink_state& s, Decide decide) {
  return [&s, decide](const Note& note) {
    if (!s.self->current_sender()) return;
    decide(*s.machine, note, s.sender());
    s.pass_on();
  };
}

} // namespace

auto sink(caf::stateful_actor<sink_state>* self, sink_settings settings, std::shared_ptr<sink_core> core,
          caf::actor_addr supervisor) -> caf::behavior {
  auto& s = self->state;
  s.self = self;
  s.core = std::move(core);
  s.supervisor = std::move(supervisor);
  s.begin(std::move(settings));
  self->set_down_handler([&s](const caf::down_msg& m) {
    if (const auto who = s.handles.forget(m.source)) s.machine->on_down(who);
    s.pass_on();
  });
  return {
      handler<open_link>(s, [](auto& m, const auto& note, auto from) { m.on_open(note, from); }),
      [&s](const transfer_chunks& note) {
        s.machine->on_transfer(note);
        s.pass_on();
      },
      handler<probe_link>(s, [](auto& m, const auto& note, auto from) { m.on_probe(note, from); }),
      handler<close_link>(s, [](auto& m, const auto& note, auto from) { m.on_close(note, from); }),
      handler<ask_positions>(s, [](auto& m, const auto& note, auto from) { m.on_question(note, from); }),
      [&s](const finished_job& job) {
        s.machine->on_outcome(job.what);
        s.pass_on();
      },
      [&s](step_atom) {
        s.start_job();
        s.pass_on();
      },
      [&s](timer_atom, std::uint64_t generation) {
        if (s.timer.fires(generation)) s.pass_on();
      },
      [&s](drain_atom) {
        s.machine->drain();
        s.pass_on();
      },
      [&s](observe_atom) { return s.machine->observe(); },
  };
}

} // namespace weir
