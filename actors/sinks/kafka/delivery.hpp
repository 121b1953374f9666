/// Producing many messages and waiting until it is known what became of each.
#pragma once

#include "actors/sinks/kafka/client.hpp"
#include "actors/sinks/messages/message_batch.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct outgoing_message {
  std::string_view topic;
  std::int32_t partition = -1; ///< -1: the partitioner's
  std::optional<std::string_view> key = {};
  std::optional<std::string_view> payload = {}; ///< nothing: what has this key is gone
  std::int64_t time_ms = 0;                ///< 0: now
  const message_headers* headers = nullptr;
};

struct message_outcome {
  enum class state : std::uint8_t {
    unsent,  ///< it did not get there
    unsure,  ///< it may have
    barred,  ///< the broker will not take it, or one of those that travelled with it
    stored,
  };
  state is = state::unsent;
  std::int16_t code = 0; ///< the library's error
};

/// One outcome a message, in their order. An error: the client is of no use any more, and nothing is known of any.
auto deliver(kafka_client& by, std::span<const outgoing_message> messages, duration patience) -> result<std::vector<message_outcome>>;

/// An event of the batch, on its way at the wall clock's time.
auto outgoing(const message_batch& of, const message_batch::message& m, std::int64_t wall_ns) -> outgoing_message;

/// Why, as a dead letter has it.
auto reason_of(const message_outcome& o) -> std::string;

} // namespace weir
