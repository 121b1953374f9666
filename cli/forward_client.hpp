/// A small blocking client of the forward protocol: connects, sends, waits for acks.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/codec/forward_client.hpp"
#include "runtime/net/address.hpp"
#include "runtime/os/owned_fd.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
  explicit forward_client(owned_fd connected) : socket_(std::move(connected)) {}
  auto log_in(const forward_credentials& credentials) -> result<void>;
  auto send_bytes(std::string_view bytes) -> result<void>;
  /// Receives until one whole root object is there.
  auto receive_root() -> result<std::string>;

  owned_fd socket_;
  byte_buffer in_;
  byte_buffer out_;
};

} // namespace weir::cli
