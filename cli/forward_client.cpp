#include "cli/forward_client.hpp"

#include "runtime/event/msgpack_skipper.hpp"
#include "runtime/net/connect.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace weir::cli {
namespace {

constexpr auto ack_bytes_max = std::size_t{64} * 1024;

/// Each wait for it takes so long at most.
void let_block(int fd, std::chrono::milliseconds timeout) {
  const auto wait = timeval{timeout.count() / 1000, timeout.count() % 1000 * 1000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

} // namespace

auto forward_client::connect(const forward_target& target) -> result<forward_client> {
  const auto& at = target.at;
  auto socket = at.path.empty() ? net::connect_to(at.at, target.timeout) : net::connect_to_path(at.path);
  if (!socket)
    return error{socket.failure().code, "cannot connect to " + to_text(at) + ": " + socket.failure().what};
  let_block(socket->fd(), target.timeout);
  auto client = forward_client{std::move(*socket)};
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
    const auto sent = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
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
    const auto got = ::recv(socket_.fd(), in_.tail(room), room, 0);
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
