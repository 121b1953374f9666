/// Commits of a store that keeps its events and its ledger as objects: what the stores of this kind share.
#pragma once

#include "actors/sinks/objects/bucket_ledger.hpp"
#include "actors/sinks/objects/object_writer.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/os/clock.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// One thread's.
class object_commits {
public:
  explicit object_commits(object_writer writer) : writer_(std::move(writer)) {}

  /// Before anything else, for each event once. What is given lives as long as this.
  void use_ledger(object_bucket& bucket, bucket_ledger_settings settings, const clock& time, const growth_settings& growth = {});
  auto ledger() -> std::optional<bucket_ledger>& { return ledger_; }
  /// Each event once, by the ledger.
  auto commit(const commit_batch& batch) -> result<committed>;
  /// The objects of a batch of which nothing is known.
  auto build_all(const commit_batch& batch, committed& done) -> result<std::vector<new_object>>;
  /// Nothing without a ledger.
  auto knowledge(const std::string& source) -> result<stream_knowledge>;
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>>;
  auto content_type() const -> std::string { return writer_.content_type(); }

private:
  auto build(const commit_batch& batch, const bucket_plan& plan, committed& done) -> result<std::vector<new_object>>;
  void note_unsure(const commit_batch& batch, const bucket_plan& plan);

  object_writer writer_;
  std::optional<bucket_ledger> ledger_;
  std::vector<std::uint64_t> events_; ///< by chunk of the batch: that are written
  /// Events of chunks whose commit failed when it may have happened: what is known of them is ours.
  std::map<chunk_id, std::uint64_t> unsure_;
};

} // namespace weir
