#include "runtime/net/connect.hpp"

#include "runtime/net/socket_address.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <cerrno>
#include <cstring>

namespace weir::net {
namespace {

/// Whether the socket is connected to itself: that happens where nobody listens on a port of this host that
/// outgoing connections get, too.
auto is_own_end(int fd) -> bool {
  auto here = sockaddr_storage{};
  auto there = sockaddr_storage{};
  auto here_size = socklen_t{sizeof here};
  auto there_size = socklen_t{sizeof there};
  return getsockname(fd, reinterpret_cast<sockaddr*>(&here), &here_size) == 0
         && getpeername(fd, reinterpret_cast<sockaddr*>(&there), &there_size) == 0 && here_size == there_size
         && std::memcmp(&here, &there, here_size) == 0;
}

/// errno, or 0.
auto wait_connected(int fd, duration patience) -> int {
  auto waits = pollfd{fd, POLLOUT, 0};
  auto failed = 0;
  auto size = socklen_t{sizeof failed};
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  if (::poll(&waits, 1, static_cast<int>(ms)) != 1) return ETIMEDOUT;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) == 0 ? failed : errno;
}

auto connect_address(const addrinfo& at, duration patience) -> result<owned_fd> {
  auto socket = owned_fd{::socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) return error{errc::unavailable, describe_errno(errno)};
  auto failed = ::connect(socket.fd(), at.ai_addr, at.ai_addrlen) == 0 ? 0 : errno;
  if (failed == EINPROGRESS) failed = wait_connected(socket.fd(), patience);
  if (failed == 0 && is_own_end(socket.fd())) failed = ECONNREFUSED;
  if (failed != 0) return error{errc::unavailable, describe_errno(failed)};
  const auto on = 1;
  ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

} // namespace

auto connect_to(const host_port& at, duration patience) -> result<owned_fd> {
  WEIR_TRY(const auto found, look_up(at.host, std::to_string(at.port), false));
  auto problem = error{errc::unavailable, "no address"};
  for (const auto* one = found.get(); one != nullptr; one = one->ai_next) {
    auto connected = connect_address(*one, patience);
    if (connected) return connected;
    problem = connected.failure();
  }
  return problem;
}

auto connect_to_path(const std::string& path) -> result<owned_fd> {
  auto socket = owned_fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const auto address = unix_address(path);
  if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  return error{errc::unavailable, describe_errno(errno)};
}

} // namespace weir::net
