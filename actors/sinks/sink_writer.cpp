#include "actors/sinks/sink_writer.hpp"

#include "actors/system/failure.hpp"

namespace weir {

sink_writer_state::~sink_writer_state() {
  if (!writer) return;
  writer.reset();
  settings.permit->release();
}

auto sink_writer_state::run(const writer_job& job) -> job_outcome {
  if (!writer) {
    settings.permit->acquire();
    writer = std::make_unique<store_writer>(settings.does);
  }
  return writer->run(job);
}

auto sink_writer(caf::stateful_actor<sink_writer_state>* self, sink_writer_settings settings)
    -> caf::behavior {
  self->state.settings = std::move(settings);
  end_on_exceptions(self, self->state.settings.does.address);
  return {
      [self](const assigned_job& job) { return finished_job{self->state.run(job.what)}; },
  };
}

} // namespace weir
