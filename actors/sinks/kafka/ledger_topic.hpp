/// The topic that a sink's ledger is in: compacted, a record a row (actors/sinks/sql/ledger_rows.hpp).
#pragma once

#include "actors/sinks/kafka/client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Threads may read different partitions at once.
class ledger_topic {
public:
  /// Makes the topic where it is missing.
  static auto open(const kafka_settings& s, const std::string& name) -> result<std::unique_ptr<ledger_topic>>;

  auto name() const -> const std::string& { return name_; }
  auto partitions() const -> std::int32_t { return partitions_; }
  auto client() -> kafka_client& { return *client_; }

  using visitor = std::function<void(std::string_view key, std::optional<std::string_view> value)>;
  /// What is committed from `next` on up to the end that `end_for` sees now; `next` is behind it then. For a producer that
  /// counts what is not decided yet, which is waited for.
  auto read(std::int32_t partition, std::int64_t& next, kafka_client& end_for, const visitor& visit) -> result<void>;

private:
  ledger_topic(std::string name, const store_timeouts& patience) : name_(std::move(name)), patience_(patience.request) {}
  auto find_ends(kafka_client& seen_by, std::int32_t partition, std::int64_t& begin, std::int64_t& end) -> result<void>;
  auto read_up_to(std::int64_t end, std::int32_t partition, std::int64_t& next, const visitor& visit) -> result<void>;

  std::string name_;
  duration patience_;
  std::int32_t partitions_ = 0;
  std::unique_ptr<kafka_client> client_;
  rd_kafka_topic_s* topic_ = nullptr;
};

} // namespace weir
