/// Where senders, a sink and its writers meet: the machine, behind a lock that is held for a decision, never for a
/// commit. Senders leave their chunks here and writers take their next jobs here, each on its own thread: a message to
/// the sink for it would cost each chunk two switches of threads more.
#pragma once

#include "actors/sinks/sink_machine.hpp"
#include "actors/system/handle_numbers.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace weir {

/// What is the sink's to see to after a decision.
struct sink_outlook {
  bool is_finished = false;
  std::optional<monotonic_time> deadline; ///< when to decide again if nothing happens
  std::optional<std::string> opening;     ///< as the machine says
};

class sink_desk {
public:
  sink_desk(caf::actor_addr sink, sink_machine_settings settings, std::shared_ptr<sink_core> core,
            const clock& time);

  /// For the sink alone: each has the writer of its number come for jobs. Before it, there are none.
  void employ(std::vector<std::function<void()>> wakes);
  /// For the sink alone: calls `step(machine, handles)`, sends what came of it and wakes writers for jobs.
  template <class Step> auto decide(Step step) -> sink_outlook {
    const auto lock = std::lock_guard{guard_};
    step(machine_, handles_);
    settle();
    machine_.show();
    return {machine_.is_finished(), machine_.deadline(), machine_.opening()};
  }
  /// Until when the sink will have looked at the deadline again.
  void will_look(monotonic_time at);
  /// Whose time is the sink's.
  auto threads() -> thread_times& { return core_->board->threads(); }
  /// The sink is no more: what others still do here comes to nothing, since a new sink has the core.
  void close();

  /// For senders, on their threads. False: the link is not open yet; the sink is to get it behind what opens it, which is a
  /// message to it.
  auto take(const transfer_chunks& note) -> bool;

  /// For a writer alone: its next job; with none it is to wait until it is woken.
  auto next_job(std::size_t writer) -> std::optional<writer_job>;
  void finish(std::size_t writer, job_outcome done);

private:
  enum class whereabouts { waits, is_called, is_at_work };
  struct employed {
    std::function<void()> wake;
    whereabouts where = whereabouts::waits;
  };
  void settle();
  /// If there is a job for one that waits: one at a time, who is there then calls the next.
  void call_writer();
  /// As the sink, whichever thread it is.
  void pass_on();
  void call_sink();

  const caf::actor_addr sink_;
  const std::shared_ptr<sink_core> core_; ///< the machine's, and of those after it
  const clock& time_;
  std::mutex guard_;
  sink_machine machine_;
  handle_numbers handles_;
  std::vector<employed> writers_;
  bool is_closed_ = false;
  std::optional<monotonic_time> looks_at_;
  bool is_opening_told_ = false; ///< to the sink
};

} // namespace weir
