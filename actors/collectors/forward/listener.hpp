/// Listening sockets of the forward source: TCP with its UDP heartbeats, or a unix socket.
#pragma once

#include "actors/collectors/forward/access.hpp"
#include "runtime/net/kept_sockets.hpp"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

namespace weir {

struct accepted_client {
  owned_fd socket;
  forward_peer peer;
  bool is_local = false; ///< over a unix socket
};

class forward_listener {
public:
  /// At a place as parse_endpoint() takes it; with the socket that is kept there from before.
  static auto open(const std::string& place, mode_t socket_mode, net::kept_sockets& kept) -> result<forward_listener>;

  /// The next waiting connection; nothing when none waits. errc::limit: out of descriptors, wait a little.
  auto accept() -> result<std::optional<accepted_client>>;
  /// One 0x00 byte for every waiting datagram, also for empty ones.
  void answer_heartbeats();

  auto stream_fd() const -> int { return stream_->fd(); }
  auto heartbeat_fd() const -> int { return stream_->datagrams(); } ///< -1 if there is none
  /// Where it listens, with the port that was bound: 127.0.0.1:24224 or unix:/path.
  auto text() const -> const std::string& { return stream_->text(); }

private:
  explicit forward_listener(std::shared_ptr<net::listening_socket> stream) : stream_(std::move(stream)) {}

  std::shared_ptr<net::listening_socket> stream_;
};

} // namespace weir
