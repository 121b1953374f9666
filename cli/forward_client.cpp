#include "cli/forward_client.hpp"

#include "runtime/event/msgpack_skipper.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace weir::cli {
namespace {

constexpr auto ack_bytes_max = std::size_t{64} * 1024;

auto open_socket(int family, std::chrono::milliseconds timeout) -> int {
  const auto fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto wait = timeval{timeout.count() / 1000, timeout.count() % 1000 * 1000};
  const auto on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  if (family != AF_UNIX) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/// A connected descriptor, or -1 and errno.
auto try_connect(int family, const sockaddr* address, socklen_t size, std::chrono::milliseconds timeout)
    -> int {
  const auto fd = open_socket(family, timeout);
  if (::connect(fd, address, size) == 0) return fd;
  const auto why = errno;
  ::close(fd);
  errno = why;
  return -1;
}

auto connect_unix(const std::string& path, std::chrono::milliseconds timeout) -> result<int> {
  auto address = sockaddr_un{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return error{errc::rejected, "the path \"" + path + "\" is too long"};
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto fd = try_connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, timeout);
  if (fd < 0) return error_from_errno("cannot connect to unix:" + path, errno);
  return fd;
}

auto connect_tcp(const forward_target& target) -> result<int> {
  auto hints = addrinfo{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto where = target.host + ':' + target.port;
  if (const auto failure = getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found);
      failure != 0)
    return error{errc::not_found, "cannot resolve " + where + ": " + gai_strerror(failure)};
  const auto owner = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>{found, &freeaddrinfo};
  auto fd = -1;
  for (const auto* at = found; at != nullptr && fd < 0; at = at->ai_next)
    fd = try_connect(at->ai_family, at->ai_addr, at->ai_addrlen, target.timeout);
  if (fd < 0) return error_from_errno("cannot connect to " + where, errno);
  return fd;
}

} // namespace

forward_client::forward_client(forward_client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), in_(std::move(other.in_)), out_(std::move(other.out_)) {}

auto forward_client::operator=(forward_client&& other) noexcept -> forward_client& {
  std::swap(fd_, other.fd_);
  in_.swap(other.in_);
  out_.swap(other.out_);
  return *this;
}

forward_client::~forward_client() {
  if (fd_ >= 0) ::close(fd_);
}

auto forward_client::connect(const forward_target& target) -> result<forward_client> {
  const auto is_unix = target.host.starts_with("unix:");
  WEIR_TRY(const auto fd,
           is_unix ? connect_unix(target.host.substr(5), target.timeout) : connect_tcp(target));
  auto client = forward_client{fd};
  if (target.credentials) WEIR_CHECK(client.log_in(*target.credentials));
  return client;
}

auto forward_client::log_in(const forward_credentials& credentials) -> result<void> {
  auto handshake = forward_client_handshake{credentials};
  WEIR_TRY(const auto helo, receive_root());
  out_.clear();
  WEIR_CHECK(handshake.answer_helo(helo, out_));
  WEIR_CHECK(send_bytes(out_.view()));
  WEIR_TRY(const auto pong, receive_root());
  return handshake.check_pong(pong);
}

auto forward_client::send(const forward_outgoing& message) -> result<void> {
  out_.clear();
  WEIR_CHECK(append_packed_forward(out_, message));
  return send_bytes(out_.view());
}

auto forward_client::await_ack(std::string_view chunk) -> result<void> {
  WEIR_TRY(const auto answer, receive_root());
  return check_ack(answer, chunk);
}

auto forward_client::send_bytes(std::string_view bytes) -> result<void> {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return error_from_errno("cannot send", errno);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

auto forward_client::receive_root() -> result<std::string> {
  constexpr auto room = std::size_t{4096};
  auto skipper = msgpack_skipper{};
  for (;;) {
    const auto found = skipper.resume(in_.view());
    if (found == msgpack_skipper::progress::malformed || skipper.wanted() > ack_bytes_max)
      return error{errc::malformed, "the server's answer is no msgpack"};
    if (found == msgpack_skipper::progress::complete) break;
    const auto got = ::recv(fd_, in_.tail(room), room, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) return error{errc::unavailable, "the server closed the connection"};
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return error{errc::unavailable, "the server did not answer in time"};
    if (got < 0) return error_from_errno("cannot receive", errno);
    in_.advance(static_cast<std::size_t>(got));
  }
  auto root = std::string{in_.view().substr(0, skipper.size())};
  auto rest = byte_buffer{};
  rest.append(in_.view_from(skipper.size()));
  in_.swap(rest);
  return root;
}

} // namespace weir::cli
