/// Does the jobs of a sink with its store: opens it, commits, finds what it rejects, keeps dead letters.
#pragma once

#include "actors/operators/chunk_process.hpp"
#include "actors/sinks/dead_letters.hpp"
#include "actors/sinks/rejection_search.hpp"
#include "actors/sinks/sink_jobs.hpp"
#include "actors/sinks/store.hpp"

#include <memory>
#include <optional>
#include <string>

namespace weir {

struct store_writer_settings {
  std::string address; ///< of the sink
  plugin_context context;
  store_plugin::factory make_store;
  tag_pattern match;
  std::shared_ptr<letter_box> letters;
  std::vector<operator_plugin::factory> operators = {};
};

/// Blocks as the store does, and throws what it throws. Not thread-safe.
class store_writer {
public:
  explicit store_writer(store_writer_settings settings);

  auto run(const writer_job& job) -> job_outcome;

private:
  auto do_job(const open_job& job) -> job_outcome;
  auto do_job(const commit_job& job) -> job_outcome;
  auto do_job(const positions_job& job) -> job_outcome;
  auto do_job(const ids_job& job) -> job_outcome;
  auto do_job(const idle_job& job) -> job_outcome;
  auto do_job(const expire_job& job) -> job_outcome;

  auto open() -> result<void>;
  /// What does not come up when the store is asked for good.
  struct findings {
    std::vector<refusal> refused;
    process_losses losses;
  };
  /// Commits for good.
  void commit(const commit_batch& batch, const findings& before, job_outcome& out);
  void commit_without_rejected(const chunk_ptr& c, job_outcome& out);
  /// Goes on after a failure: what a store without a ledger has stored of the chunk must not come again.
  struct search {
    chunk_ptr of;
    rejection_search events;
    committed stored;
    process_losses losses; ///< of what is stored
  };
  auto go_on(search& s) -> result<void>;
  /// Whether the store would take it; what it stored all the same, having no ledger, is added to `stored`.
  enum class trial { accepted, stored };
  auto try_to_commit(const commit_batch& batch, committed& stored) -> result<trial>;
  /// Of what is refused, and of what the operators did not let through.
  auto keep(const commit_batch& batch, const std::vector<refusal>& refused, const process_losses& before,
            job_outcome& out) -> result<void>;
  auto give_up(const commit_batch& batch, const std::string& reason, job_outcome& out) -> result<void>;
  auto ask_store(const commit_batch& batch) -> result<committed>;
  /// The batch as it is once it went through the operators, if there are any; forgets what did not before.
  auto processed(const commit_batch& batch) -> commit_batch;

  store_writer_settings settings_;
  std::unique_ptr<store> target_;
  std::optional<search> search_; ///< until its chunk is in
  bool is_open_ = false;
  std::optional<chunk_process> process_;
  run_process through_;   ///< process_
  process_losses losses_; ///< of the latest walk through a batch
};

} // namespace weir
