/// The topics that a store has seen to be there, and how long a message they take.
#pragma once

#include "actors/sinks/kafka/client.hpp"
#include "actors/sinks/messages/message_batch.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace weir {

class topic_book {
public:
  explicit topic_book(const kafka_settings& s) : wish_{{}, s.partitions, s.replication}, create_(s.create), patience_(s.timeout.request) {}

  /// All topics of the batch are there, or are made.
  auto see_to(kafka_client& by, const message_batch& batch) -> result<void>;
  auto see_to(kafka_client& by, const std::string& topic) -> result<void>;
  /// Why a message of these is too long; empty: it is not.
  auto problem_of(const message_batch& batch, const message_batch::message& m) const -> std::string;
  /// So many bytes of messages every topic takes at once.
  auto set_bytes() const -> std::uint64_t { return set_bytes_; }
  /// Somebody has changed them: they are looked at again.
  void forget() { message_bytes_.clear(); }

private:
  topic_wish wish_;
  bool create_;
  duration patience_;
  std::map<std::string, std::uint64_t, std::less<>> message_bytes_; ///< at most, by topic
  std::uint64_t set_bytes_ = 1'000'000;
};

} // namespace weir
