/// Brings rows into the cluster: those of a partition in unlogged batches, many requests under way at once.
#pragma once

#include "actors/sinks/cassandra/cluster.hpp"
#include "actors/sinks/cassandra/row_batch.hpp"

#include <deque>
#include <string>
#include <vector>

namespace weir {

/// One thread's; blocks. What it learned of the servers lasts as long as it does.
class row_writer {
public:
  row_writer(cql_cluster& to, const cassandra_settings& settings, const class clock& clock)
      : to_(to), consistency_(settings.consistency), patience_(settings.network.timeout.request), clock_(clock) {}

  /// Until each row is stored or refused; the latter are added to `refused`. After an error some may be stored.
  auto write(row_batch& batch, std::vector<refusal>& refused) -> result<void>;

private:
  struct request {
    std::size_t begin; ///< of order_
    std::size_t end;
    std::int64_t token;
  };
  void cut(const row_batch& batch);
  void cut_partition(const row_batch& batch, std::size_t begin, std::size_t end);
  auto send_some(const row_batch& batch) -> result<bool>;
  void send(const row_batch& batch, std::uint32_t number, std::size_t node);
  void take_answer(row_batch& batch, std::uint32_t number, std::size_t node, const cql_answer& answer);
  void take_refusal(row_batch& batch, std::uint32_t number, const std::string& reason);
  void again(std::uint32_t number) { waiting_.push_back(number); }

  cql_cluster& to_;
  cql_consistency consistency_;
  duration patience_;
  const class clock& clock_;
  std::size_t batch_bytes_ = std::size_t{40} << 10; ///< of values: below 50 KiB with what is around them
  std::vector<std::uint32_t> order_; ///< rows by partition
  std::vector<request> requests_;
  std::deque<std::uint32_t> waiting_;
  std::uint32_t failures_ = 0;   ///< since something was stored
  monotonic_time not_before_{};
  monotonic_time deadline_{};    ///< for something to be stored
  std::string problem_;          ///< why something is not stored yet
  error stopped_;                ///< why nothing more is sent; none: no text
  std::vector<refusal>* refused_ = nullptr;
  byte_buffer body_;
  cql_batch batch_;
};

} // namespace weir
