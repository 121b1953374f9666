/// Exactly once: what the writers of a sink share, and the commit of a batch with its ledger's records.
//
//  Of the ledger's partitions a collector has one, by the hash of its name, and so have the clients' ids that belong to no
//  collector. A batch is one transaction, of the first of the partitions that it needs: so the batches of one collector are
//  committed one after the other, and those of several side by side.
#pragma once

#include "actors/sinks/kafka/ledger_partition.hpp"
#include "actors/sinks/kafka/topic_book.hpp"
#include "actors/sinks/store.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// Thread-safe.
class kafka_transactions {
public:
  /// The one that other writers have, or a new one.
  static auto shared_of(const kafka_settings& s, const plugin_context& where) -> std::shared_ptr<kafka_transactions>;
  kafka_transactions(const kafka_settings& s, const plugin_context& where);

  /// The brokers answer and the ledger is there.
  auto open() -> result<void>;
  auto ledger_name() const -> std::string { return "weir-ledger-" + sink_; }
  /// For what is asked of brokers; after open().
  auto client() -> kafka_client& { return topic_->client(); }

  /// Commits what is new of the batch, which `messages` has already; `done` has what is refused of it. Nothing: another
  /// node has taken over, and it is to be tried again.
  auto commit(const commit_batch& batch, const message_batch& messages, const topic_book& topics, committed done)
      -> result<std::optional<committed>>;
  auto knowledge(const std::string& source) -> result<stream_knowledge>;
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>>;

private:
  auto partition_of(const std::string& source) -> ledger_partition&;

  const kafka_settings settings_;
  const std::string sink_;
  const retention keep_;
  const clock& clock_;
  std::mutex guard_; ///< of opening
  std::unique_ptr<ledger_topic> topic_;
  std::vector<std::unique_ptr<ledger_partition>> partitions_;
};

} // namespace weir
