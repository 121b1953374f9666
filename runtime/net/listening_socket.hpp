/// A port or a path at which others connect, or to which they send datagrams.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/net/address.hpp"
#include "runtime/os/owned_fd.hpp"

#include <sys/socket.h>
#include <sys/types.h>

#include <optional>
#include <string>

namespace weir::net {

struct accepted_socket {
  owned_fd socket; ///< does not block
  sockaddr_storage address{};
  socklen_t address_bytes = 0;
};

class listening_socket {
public:
  /// On the first address of the host. `mode`: of a socket file; one that nobody listens on any more is replaced.
  static auto open(const endpoint& at, mode_t mode) -> result<listening_socket>;

  /// The same for datagrams: there is nothing to accept, and fd() is to be received from.
  static auto open_datagrams(const endpoint& at, mode_t mode) -> result<listening_socket>;

  listening_socket(listening_socket&& other) noexcept = default;
  auto operator=(listening_socket&& other) noexcept -> listening_socket& = default;
  /// A socket file goes with it.
  ~listening_socket();

  /// The next waiting connection; nothing when none waits. errc::limit: out of descriptors, wait a little.
  auto accept() -> result<std::optional<accepted_socket>>;
  auto fd() const -> int { return socket_.fd(); }
  /// Where UDP comes to the same address, from the first call on; -1 of a path, or if that cannot be.
  auto datagrams() -> int;
  /// Of its socket file from now on, if it has one.
  auto set_mode(mode_t mode) -> result<void>;
  /// As bound, in numbers: 127.0.0.1:24224 or unix:/path.
  auto text() const -> const std::string& { return text_; }
  /// 0 of a path.
  auto port() const -> std::uint16_t;

private:
  listening_socket() = default;
  static auto on_port(const host_port& at, int type) -> result<listening_socket>;
  static auto on_path(const std::string& path, mode_t mode, int type) -> result<listening_socket>;

  owned_fd socket_;
  owned_fd datagrams_;
  std::string text_;
  std::string path_;
};

/// Where the socket is bound.
auto bound_address(int fd) -> accepted_socket;

} // namespace weir::net
