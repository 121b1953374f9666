/// Where senders, a sink and its writer meet: the machine, behind a lock that is held for a decision, never for a
/// commit. Senders leave their chunks here and the writer takes its next job here, each on its own thread: a message to
/// the sink for it would cost each chunk two switches of threads more.
#pragma once

#include "actors/sinks/sink_machine.hpp"
#include "actors/system/handle_numbers.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace weir {

/// What is the sink's to see to after a decision.
struct sink_outlook {
  bool is_finished = false;
  std::optional<monotonic_time> deadline; ///< when to decide again if nothing happens
};

class sink_desk {
public:
  sink_desk(caf::actor_addr sink, sink_machine_settings settings, std::shared_ptr<sink_core> core,
            const clock& time);

  /// For the sink alone: `wake` has the writer come for jobs. Before it, there are none.
  void employ(std::function<void()> wake);
  /// For the sink alone: calls `step(machine, handles)`, sends what came of it and wakes the writer for a job.
  template <class Step> auto decide(Step step) -> sink_outlook {
    const auto lock = std::lock_guard{guard_};
    step(machine_, handles_);
    settle();
    return {machine_.is_finished(), machine_.deadline()};
  }
  /// Until when the sink will have looked at the deadline again.
  void will_look(monotonic_time at);
  auto observe() -> observation;
  /// The sink is no more: what others still do here comes to nothing, since a new sink has the core.
  void close();

  /// For senders, on their threads.
  void take(const transfer_chunks& note);

  /// For the writer alone: its next job; with none it is to wait until it is woken.
  auto next_job() -> std::optional<writer_job>;
  void finish(job_outcome done);

private:
  void settle();
  /// As the sink, whichever thread it is.
  void pass_on();
  void call_sink();

  const caf::actor_addr sink_;
  const std::shared_ptr<sink_core> core_; ///< the machine's, and of those after it
  const clock& time_;
  std::mutex guard_;
  sink_machine machine_;
  handle_numbers handles_;
  std::function<void()> wake_;
  bool is_at_work_ = false; ///< the writer, or it is on its way
  bool is_closed_ = false;
  std::optional<monotonic_time> looks_at_;
};

} // namespace weir
