/// Where an actor shows what it does, and anybody looks without asking it: so one that blocks is shown too.
//
// Figures and counts are in a measure_block: who looks sees one instant of them. Words change rarely; they are an
// immutable object that the owner swaps under a mutex which is held for the copy of a pointer and for nothing else.
// What the supervisor knows of the actor is under the same mutex.
#pragma once

#include "runtime/measure/bounded_counts.hpp"
#include "runtime/measure/measure_block.hpp"
#include "runtime/measure/observation.hpp"
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

  /// For the owner: one thread, or one at a time. It begins something that may take long; publish() ends it.
  void begin_work(const clock& time) { works_since_.store(ticks(time), std::memory_order_relaxed); }
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
  void judge(observation& to, const supervised& known, const clock& time) const;

  const measure_table measures_;
  measure_block block_;
  std::atomic<std::int64_t> works_since_{0}; ///< monotonic ns; 0: it does not
  mutable std::mutex guard_;
  std::shared_ptr<const actor_texts> words_ = std::make_shared<const actor_texts>();
  supervised supervised_;
};

} // namespace weir
