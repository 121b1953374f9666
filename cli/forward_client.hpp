/// A small blocking client of the forward protocol: connects, sends, waits for acks.
#pragma once

#include "actors/sinks/forward/channel.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

namespace weir::cli {

struct forward_target {
  endpoint at;
  std::optional<forward_credentials> credentials; ///< performs the handshake if given
  std::chrono::milliseconds timeout{60'000};      ///< for each wait: connect, handshake, send, ack
};

class forward_client {
public:
  static auto connect(const forward_target& target) -> result<forward_client>;

  auto send(const forward_outgoing& message) -> result<void>;
  /// Waits for the next ack, which must be the one of `chunk`: acks come in the order of the messages.
  auto await_ack(std::string_view chunk) -> result<void>;

private:
  forward_client(std::unique_ptr<forward_channel> by, duration timeout) : by_(std::move(by)), timeout_(timeout) {}

  std::unique_ptr<forward_channel> by_;
  duration timeout_;
};

} // namespace weir::cli
