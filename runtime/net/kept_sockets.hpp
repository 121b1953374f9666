/// Listening sockets that outlive who accepts from them: who is made anew, or takes the place of another, goes on with them,
/// and nobody who connects meanwhile is refused.
#pragma once

#include "runtime/net/listening_socket.hpp"

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace weir::net {

/// Thread-safe.
class kept_sockets {
public:
  /// At a place as parse_endpoint() takes it: one from before that nobody has at the moment, else a new one.
  /// `mode`: of a socket file.
  auto open(const std::string& place, mode_t mode) -> result<std::shared_ptr<listening_socket>>;
  /// The same for datagrams, which are kept apart by a scheme: udp://host:port, unixgram:/path.
  auto open_datagrams(const std::string& place, mode_t mode) -> result<std::shared_ptr<listening_socket>>;
  /// The others close as soon as nobody has them.
  void keep_only(std::span<const std::string> places);

private:
  struct kept {
    std::string name; ///< of the place
    std::shared_ptr<listening_socket> socket;
  };
  auto keep(std::string name, listening_socket opened) -> std::shared_ptr<listening_socket>;
  auto find_unused(const std::string& name) -> std::shared_ptr<listening_socket>;
  auto drop_unused_at(std::uint16_t port) -> bool;

  std::mutex mutex_;
  std::vector<kept> all_;
};

} // namespace weir::net
