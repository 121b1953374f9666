/// Where a sink and its writer meet: the machine, behind a lock that is held for a decision, never for a commit.
/// The writer takes its next job here by itself, since a message there and back would cost each chunk two
/// switches of threads.
#pragma once

#include "actors/sinks/sink_machine.hpp"
#include "actors/system/handle_numbers.hpp"

#include <memory>
#include <mutex>
#include <optional>

namespace weir {

/// What is the sink's to see to after a decision.
struct sink_outlook {
  bool needs_writer = false; ///< there is a job, and the writer waits
  bool is_finished = false;
  std::optional<monotonic_time> deadline; ///< when to decide again if nothing happens
};

class sink_desk {
public:
  sink_desk(caf::actor_addr sink, sink_machine_settings settings, std::shared_ptr<sink_core> core,
            const clock& time);

  /// For the sink alone: calls `step(machine, handles)` and sends what came of it.
  template <class Step> auto decide(Step step) -> sink_outlook {
    const auto lock = std::lock_guard{guard_};
    step(machine_, handles_);
    pass_on();
    return {!is_at_work_ && machine_.has_job(), machine_.is_finished(), machine_.deadline()};
  }
  /// Whether the writer is to be woken; it is taken to be at work from now on.
  auto wake_writer() -> bool;
  /// Until when the sink will have looked at the deadline again.
  void will_look(monotonic_time at);
  auto observe() -> observation;
  /// The sink is no more: what its writer still does comes to nothing, since a new sink has the core.
  void close();

  /// For the writer alone: its next job; with none it is to wait until it is woken.
  auto next_job() -> std::optional<writer_job>;
  void finish(job_outcome done);

private:
  /// As the sink, whichever thread it is.
  void pass_on();
  void rest();

  const caf::actor_addr sink_;
  const std::shared_ptr<sink_core> core_; ///< the machine's, and of those after it
  const clock& time_;
  std::mutex guard_;
  sink_machine machine_;
  handle_numbers handles_;
  bool is_at_work_ = false;
  bool is_closed_ = false;
  std::optional<monotonic_time> looks_at_;
};

} // namespace weir
