/// The operators of an aggregator at work on what it passes on: keeps dead letters before anything goes on, and counts
/// what does not.
#pragma once

#include "actors/operators/chunk_process.hpp"
#include "runtime/dead_letter/letter_box.hpp"

#include <memory>
#include <optional>
#include <string>

namespace weir {

class outgoing_process {
public:
  outgoing_process(const chunk_process_settings& settings, letter_box letters);

  struct outcome {
    chunk_ptr content;
    process_tally tally; ///< for count(), once it is known that the chunk is gone
  };
  /// Nothing: the dead letters cannot be kept now, and retry_at() says when to try again. What a chunk comes to is the
  /// same each time.
  auto run(const chunk_ptr& c, monotonic_time now) -> std::optional<outcome>;
  auto retry_at() const -> std::optional<monotonic_time> { return retry_at_; }
  /// Why dead letters cannot be kept; empty: they can.
  auto problem() const -> const std::string& { return problem_; }
  auto failed_at() const -> monotonic_time { return failed_at_; }

  /// Goes on counting where an earlier one ended.
  void go_on_from(const outgoing_process& earlier) {
    counted_ = earlier.counted_;
    kept_ = earlier.kept_;
  }
  /// Dropped events go to `dropped`, too.
  void count(const process_tally& tally, bounded_counts& dropped);
  auto counted() -> process_tally& { return counted_; }
  /// By tag: what of the dropped is kept in a file.
  auto dead_letters() -> bounded_counts& { return kept_; }

private:
  auto keep(processed_chunk& done, monotonic_time now) -> bool;

  std::string address_;
  chunk_process process_;
  letter_box letters_;
  process_tally counted_;
  bounded_counts kept_;
  std::string problem_;
  monotonic_time failed_at_{};
  std::optional<monotonic_time> retry_at_;
};

} // namespace weir
