/// Listening sockets of a source: TCP, with UDP at the same address where it is wanted, or a unix socket.
#pragma once

#include "actors/collectors/network/peer.hpp"
#include "runtime/net/kept_sockets.hpp"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

namespace weir {

struct accepted_client {
  owned_fd socket;
  client_peer peer;
  bool is_local = false; ///< over a unix socket
};

class client_listener {
public:
  /// At a place as parse_endpoint() takes it; with the socket that is kept there from before.
  static auto open(const std::string& place, mode_t socket_mode, net::kept_sockets& kept) -> result<client_listener>;

  /// The next waiting connection; nothing when none waits. errc::limit: out of descriptors, wait a little.
  auto accept() -> result<std::optional<accepted_client>>;
  auto stream_fd() const -> int { return stream_->fd(); }
  /// Where UDP comes to the same address, from the first call on; -1 of a unix socket, or if that cannot be.
  auto datagrams_fd() const -> int { return stream_->datagrams(); }
  /// Where it listens, with the port that was bound: 127.0.0.1:24224 or unix:/path.
  auto text() const -> const std::string& { return stream_->text(); }

private:
  explicit client_listener(std::shared_ptr<net::listening_socket> stream) : stream_(std::move(stream)) {}

  std::shared_ptr<net::listening_socket> stream_;
};

} // namespace weir
