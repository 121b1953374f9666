#include "actors/sinks/sink_writer.hpp"

#include "actors/system/failure.hpp"

namespace weir {

sink_writer_state::~sink_writer_state() {
  if (!writer) return;
  writer.reset();
  settings.gate->leave();
}

void sink_writer_state::work() {
  while (const auto job = desk->next_job(number)) desk->finish(number, run(*job));
}

auto sink_writer_state::run(const writer_job& job) -> job_outcome {
  if (!writer) {
    if (!settings.gate->enter(generation)) {
      auto late = job_outcome{}; // nobody will look at it: the desk is closed
      late.failure = error{errc::failed, "the sink has other writers by now"};
      return late;
    }
    writer = std::make_unique<store_writer>(settings.does);
  }
  return writer->run(job);
}

auto sink_writer(caf::stateful_actor<sink_writer_state>* self, sink_writer_settings settings,
                 std::shared_ptr<sink_desk> desk, std::size_t number, std::uint64_t generation) -> caf::behavior {
  self->state.settings = std::move(settings);
  self->state.desk = std::move(desk);
  self->state.number = number;
  self->state.generation = generation;
  self->state.time = self->state.desk->threads().add_own();
  end_on_exceptions(self, self->state.settings.does.address);
  return {
      [self](step_atom) { self->state.work(); },
  };
}

} // namespace weir
