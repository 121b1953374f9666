/// At least once: an idempotent producer that knows what it got rid of itself.
//
//  The library gives each message a number, so that a broker takes it once however often it is sent, as long as this process
//  lives and the outcome comes within its time. What a failed commit had stored is remembered, and not sent again; of what
//  was under way when a process ended or the time was over nobody knows.
#pragma once

#include "actors/sinks/kafka/delivery.hpp"
#include "actors/sinks/kafka/topic_book.hpp"
#include "actors/sinks/network/stored_before.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace weir {

/// One thread's.
class repeating_producer {
public:
  repeating_producer(const kafka_settings& s, const clock& time) : settings_(s), clock_(time) {}

  auto open(std::uint64_t set_bytes) -> result<void>;
  auto client() -> kafka_client& { return *client_; }
  /// Sends the messages; what failed for good is in `done`.
  auto send(const commit_batch& batch, const message_batch& messages, const topic_book& topics, committed& done) -> result<void>;

private:
  void note_outcomes(const commit_batch& batch, const std::vector<event_ref>& events, const std::vector<message_outcome>& outcomes);

  const kafka_settings& settings_;
  const clock& clock_;
  std::unique_ptr<kafka_client> client_;
  std::uint64_t set_bytes_ = 0;
  stored_before in_already_;
};

} // namespace weir
