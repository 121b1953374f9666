/// Where an actor shows what it does, and anybody looks without asking it: so one that blocks is shown too.
//
// Figures and counts are in a measure_block: who looks sees one instant of them. Words change rarely; they are an
// immutable object that the owner swaps under a mutex which is held for the copy of a pointer and for nothing else.
// What the supervisor knows of the actor is under the same mutex.
#pragma once

#include "runtime/measure/bounded_counts.hpp"
#include "runtime/measure/measure_block.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/measure/tap_point.hpp"
#include "runtime/measure/thread_times.hpp"
#include "runtime/os/clock.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <string>

namespace weir {

/// What an actor counts by name, in the order of counts_measures; those it does not have are null.
using published_counts = std::array<bounded_counts*, counts_measures.size()>;

/// Outlives its actor: the next one at the same address goes on with it.
class actor_board {
public:
  explicit actor_board(measure_table measures);

  /// For the owner: one thread, or one at a time. It begins something that may take long; publish() ends it. `what` is a
  /// literal, as all words here.
  void begin_work(const clock& time, const char* what) {
    time_ = &time;
    works_at_.store(what, std::memory_order_relaxed);
    works_since_.store(ticks(time), std::memory_order_relaxed);
  }
  /// The same of work that others do for it, while it answers: the one thing that is told, and since when; null: none.
  void tell_work(const char* what, monotonic_time since) {
    others_work_at_.store(what, std::memory_order_relaxed);
    others_work_since_.store(what == nullptr ? 0 : since.time_since_epoch().count(), std::memory_order_relaxed);
  }
  /// Of its own threads.
  auto threads() -> thread_times& { return *threads_; }
  /// Where what passes it can be looked at.
  auto taps() const -> tap_points& { return *taps_; }
  /// `state` is a literal. Of a measure of kind age `now` has since when.
  void publish(const char* state, const actor_figures& now, const published_counts& counts);
  void tell(std::shared_ptr<const actor_texts> words);

  /// For the supervisor.
  void note_start();
  /// What ended it is told while it is away and `told_for` longer.
  void note_failure(const std::string& why, std::int64_t now_ns, std::int64_t told_for_ns);

  /// For anybody.
  auto read(const actor_identity& who, const clock& time) const -> observation;

private:
  struct supervised {
    std::uint64_t restarts = 0;
    bool is_away = false;
    std::string why;
    std::int64_t failed_ns = 0;
    std::int64_t told_until_ns = 0;
  };
  static auto ticks(const clock& time) -> std::int64_t { return time.monotonic().time_since_epoch().count(); }
  void read_figures(observation& to) const;
  void read_work(observation& to, const clock& time) const;
  void judge(observation& to, const supervised& known, const clock& time) const;

  const measure_table measures_;
  measure_block block_;
  const clock* time_ = nullptr; ///< the owner's
  std::atomic<std::int64_t> works_since_{0}; ///< monotonic ns; 0: it does not
  std::atomic<const char*> works_at_{nullptr};
  std::atomic<std::uint64_t> worked_ns_{0}; ///< that is over
  std::atomic<std::int64_t> others_work_since_{0};
  std::atomic<const char*> others_work_at_{nullptr};
  const std::shared_ptr<thread_times> threads_ = std::make_shared<thread_times>();
  const std::unique_ptr<tap_points> taps_ = std::make_unique<tap_points>();
  mutable std::mutex guard_;
  std::shared_ptr<const actor_texts> words_ = std::make_shared<const actor_texts>();
  supervised supervised_;
};

} // namespace weir
