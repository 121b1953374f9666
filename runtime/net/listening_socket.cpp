#include "runtime/net/listening_socket.hpp"

#include "runtime/net/socket_address.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace weir::net {
namespace {

constexpr auto waiting_max = 1024; // connections that nobody has accepted yet
constexpr auto socket_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

auto as_sockaddr(auto& storage) -> sockaddr* { return reinterpret_cast<sockaddr*>(&storage); }

auto remove_stale(const std::string& path, int type) -> result<void> {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) return error{errc::failed, "\"" + path + "\" exists and is no socket"};
  const auto probe = owned_fd{::socket(AF_UNIX, type | socket_flags, 0)};
  auto address = unix_address(path);
  const auto refused =
      ::connect(probe.fd(), as_sockaddr(address), sizeof address) != 0 && errno == ECONNREFUSED;
  if (!refused) return error{errc::failed, "\"" + path + "\" is in use by another process"};
  ::unlink(path.c_str());
  return {};
}

/// Ready for who comes; datagrams need no more than the name.
auto is_bound(int fd, const sockaddr* address, socklen_t bytes, int type) -> bool {
  return ::bind(fd, address, bytes) == 0 && (type == SOCK_DGRAM || ::listen(fd, waiting_max) == 0);
}

auto bind_port(const addrinfo& at, int type) -> owned_fd {
  auto socket = owned_fd{::socket(at.ai_family, type | socket_flags, 0)};
  const auto on = 1;
  // Of datagrams it would let two have one port, and only one of them got any.
  if (type == SOCK_STREAM) ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return socket.is_open() && is_bound(socket.fd(), at.ai_addr, at.ai_addrlen, type) ? std::move(socket) : owned_fd{};
}

} // namespace

listening_socket::~listening_socket() {
  if (socket_.is_open() && !path_.empty()) ::unlink(path_.c_str());
}

auto listening_socket::open(const endpoint& at, mode_t mode) -> result<listening_socket> {
  return at.path.empty() ? on_port(at.at, SOCK_STREAM) : on_path(at.path, mode, SOCK_STREAM);
}

auto listening_socket::open_datagrams(const endpoint& at, mode_t mode) -> result<listening_socket> {
  return at.path.empty() ? on_port(at.at, SOCK_DGRAM) : on_path(at.path, mode, SOCK_DGRAM);
}

auto listening_socket::on_path(const std::string& path, mode_t mode, int type) -> result<listening_socket> {
  WEIR_CHECK(remove_stale(path, type));
  auto out = listening_socket{};
  auto socket = owned_fd{::socket(AF_UNIX, type | socket_flags, 0)};
  auto address = unix_address(path);
  // The file is made with the descriptor's mode (less the umask), so it is never open to more than it should
  // be.
  ::fchmod(socket.fd(), mode);
  if (::bind(socket.fd(), as_sockaddr(address), sizeof address) != 0)
    return error_from_errno("cannot listen on \"" + path + '"', errno);
  out.socket_ = std::move(socket);
  out.path_ = path;
  out.text_ = "unix:" + path;
  if (::chmod(path.c_str(), mode) != 0 || (type == SOCK_STREAM && ::listen(out.socket_.fd(), waiting_max) != 0))
    return error_from_errno("cannot listen on \"" + path + '"', errno);
  return out;
}

auto listening_socket::on_port(const host_port& at, int type) -> result<listening_socket> {
  const auto found = look_up(at.host == "*" ? std::string{} : at.host, std::to_string(at.port), true);
  if (!found) return error{errc::not_found, "cannot resolve \"" + at.host + "\": " + found.failure().what};
  auto out = listening_socket{};
  out.socket_ = bind_port(**found, type);
  if (!out.socket_.is_open()) return error_from_errno("cannot listen on " + weir::to_text(at), errno);
  const auto bound = bound_address(out.socket_.fd());
  out.text_ = to_text(bound.address, bound.address_bytes);
  return out;
}

auto listening_socket::accept() -> result<std::optional<accepted_socket>> {
  auto next = accepted_socket{};
  next.address_bytes = sizeof next.address;
  next.socket = owned_fd{::accept4(socket_.fd(), as_sockaddr(next.address), &next.address_bytes, socket_flags)};
  if (!next.socket.is_open()) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      return error{errc::limit, "cannot accept a connection: " + describe_errno(errno)};
    return std::optional<accepted_socket>{};
  }
  const auto on = 1;
  if (path_.empty()) ::setsockopt(next.socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return std::optional{std::move(next)};
}

auto listening_socket::datagrams() -> int {
  if (datagrams_.is_open() || !path_.empty()) return datagrams_.fd();
  auto at = bound_address(socket_.fd());
  auto made = owned_fd{::socket(at.address.ss_family, SOCK_DGRAM | socket_flags, 0)};
  if (made.is_open() && ::bind(made.fd(), as_sockaddr(at.address), at.address_bytes) == 0) datagrams_ = std::move(made);
  return datagrams_.fd();
}

auto listening_socket::set_mode(mode_t mode) -> result<void> {
  if (path_.empty() || ::chmod(path_.c_str(), mode) == 0) return {};
  return error_from_errno("cannot change who may use \"" + path_ + '"', errno);
}

auto listening_socket::port() const -> std::uint16_t {
  const auto bound = bound_address(socket_.fd());
  // The port is in the same place in both families of the internet.
  return bound.address.ss_family == AF_UNIX ? std::uint16_t{0}
                                            : ntohs(reinterpret_cast<const sockaddr_in&>(bound.address).sin_port);
}

auto bound_address(int fd) -> accepted_socket {
  auto at = accepted_socket{};
  at.address_bytes = sizeof at.address;
  ::getsockname(fd, as_sockaddr(at.address), &at.address_bytes);
  return at;
}

} // namespace weir::net
