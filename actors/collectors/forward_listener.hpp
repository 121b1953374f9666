/// Listening sockets of the forward source: TCP with its UDP heartbeats, or a unix socket.
#pragma once

#include "actors/collectors/forward_access.hpp"
#include "actors/collectors/forward_settings.hpp"
#include "actors/collectors/forward_stream.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace weir {

struct accepted_socket {
  owned_fd socket;
  forward_peer peer;
};

class forward_listener {
public:
  static auto open(const forward_endpoint& at, mode_t socket_mode) -> result<forward_listener>;

  forward_listener(forward_listener&&) noexcept = default;
  auto operator=(forward_listener&&) noexcept -> forward_listener& = default;
  /// A unix socket's file goes with it.
  ~forward_listener();

  /// The next waiting connection; nothing when none waits. errc::limit: out of descriptors, wait a little.
  auto accept() -> result<std::optional<accepted_socket>>;
  /// One 0x00 byte for every waiting datagram, also for empty ones.
  void answer_heartbeats();

  auto stream_fd() const -> int { return stream_.fd(); }
  auto heartbeat_fd() const -> int { return heartbeat_.fd(); } ///< -1 if there is none
  /// Where it listens, with the port that was bound: 127.0.0.1:24224 or unix:/path.
  auto text() const -> const std::string& { return text_; }

private:
  forward_listener() = default;
  static auto open_unix(const std::string& path, mode_t mode) -> result<forward_listener>;
  static auto open_tcp(const forward_endpoint& at) -> result<forward_listener>;

  owned_fd stream_;
  owned_fd heartbeat_;
  std::string text_;
  std::string path_;
};

} // namespace weir
