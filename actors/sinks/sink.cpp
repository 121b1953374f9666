#include "actors/sinks/sink.hpp"

#include "actors/system/failure.hpp"

namespace weir {

sink_state::~sink_state() {
  if (desk) desk->close();
}

void sink_state::begin(caf::event_based_actor* actor, sink_settings settings,
                       std::shared_ptr<sink_desk> place) {
  self = actor;
  time = settings.writes.does.context.clock;
  address = settings.decides.address;
  desk = std::move(place);
  end_on_exceptions(self, address);
  employ_writers(settings);
  decide([](auto&, auto&) {}); // what an earlier instance left
}

void sink_state::employ_writers(const sink_settings& settings) {
  auto wakes = std::vector<std::function<void()>>{};
  const auto generation = settings.writes.gate->next_generation();
  for (std::size_t i = 0; i < settings.decides.writers; ++i) {
    auto its = settings.writes;
    its.does.letters = settings.letters[i];
    writers.push_back(self->spawn<caf::detached + caf::linked>(sink_writer, std::move(its), desk, i, generation));
    wakes.emplace_back([to = caf::actor_cast<caf::actor_addr>(writers.back())] {
      if (const auto writes = caf::actor_cast<caf::actor>(to)) caf::anon_send(writes, step_atom::value);
    });
  }
  desk->employ(std::move(wakes));
}

template <class Step> void sink_state::decide(Step step) {
  const auto outlook = desk->decide(step);
  if (const auto now = time->monotonic(); outlook.deadline && *outlook.deadline > now)
    desk->will_look(timer.arm(self, now, *outlook.deadline));
  tell_supervisor(outlook);
}

void sink_state::tell_supervisor(const sink_outlook& outlook) {
  const auto parent = supervisor.lock();
  if (!parent) return;
  if (outlook.opening && !std::exchange(is_open_told, true))
    self->send(parent, child_opened{address, *outlook.opening});
  if (outlook.is_finished && !std::exchange(reported, true)) self->send(parent, child_finished{address});
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

sink::sink(caf::actor_config& config, sink_settings settings, std::shared_ptr<sink_core> core,
           parent_handle supervisor)
    : stateful_actor(config),
      settings_(std::move(settings)),
      desk_(std::make_shared<sink_desk>(address(), settings_.decides, std::move(core),
                                        *settings_.writes.does.context.clock)) {
  state.supervisor = std::move(supervisor);
}

void sink::enqueue(caf::mailbox_element_ptr message, caf::execution_unit* on) {
  const auto& content = message->content();
  if (content.match_elements<transfer_chunks>() && desk_->take(content.get_as<transfer_chunks>(0))) return;
  stateful_actor::enqueue(std::move(message), on);
}

auto sink::make_behavior() -> caf::behavior {
  auto& s = state;
  s.begin(this, std::move(settings_), desk_);
  set_down_handler([&s](const caf::down_msg& m) {
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
      handler<ask_had>(s, [](auto& m, const auto& note, auto from) { m.on_question(note, from); }),
      [&s](step_atom) { s.decide([](auto&, auto&) {}); },
      [&s](timer_atom, std::uint64_t number) {
        s.timer.fired(number);
        s.decide([](auto& m, auto&) { m.on_time(); });
      },
      [&s](drain_atom) { s.decide([](auto& m, auto&) { m.drain(); }); },
      [&s](leave_atom) { s.decide([](auto& m, auto&) { m.leave(); }); },
      [&s](const sink_order& wanted) {
        s.decide([&](auto& m, auto&) { m.obey(wanted); });
        return std::string{}; // it is done
      },
      [&s](const std::shared_ptr<sink_change>& wanted) {
        s.decide([&](auto& m, auto&) { m.change(*wanted); });
      },
  };
}

} // namespace weir
