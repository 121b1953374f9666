#include "actors/aggregators/log_syncer.hpp"

namespace weir {

auto log_syncer(caf::event_based_actor* self) -> caf::behavior {
  return {
      [self](sync_atom, const std::shared_ptr<log_sync>& task) {
        task->outcome = task->job.run();
        if (const auto to = caf::actor_cast<caf::actor>(self->current_sender()))
          self->send(to, sync_atom::value, task);
      },
  };
}

} // namespace weir
