#include "runtime/net/transport.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

namespace weir::net {
namespace {

auto signs_of(int fd) -> int {
  auto wanted = pollfd{fd, POLLRDHUP, 0};
  return ::poll(&wanted, 1, 0) > 0 ? wanted.revents : 0;
}

auto queued_bytes(int fd, unsigned long request) -> std::size_t {
  auto bytes = 0;
  return ::ioctl(fd, request, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

class plain_transport final : public transport {
public:
  explicit plain_transport(owned_fd socket) : socket_(std::move(socket)) {}
  auto shake_hands() -> io_outcome override { return {}; }
  auto receive(const iovec* to, int count) -> io_outcome override {
    const auto got = ::readv(socket_.fd(), to, count);
    if (got == 0) return {io_status::closed, 0, "the other side closed it"};
    return outcome_of(got, io_status::wants_read);
  }
  auto send(const iovec* from, int count) -> io_outcome override {
    auto message = msghdr{};
    message.msg_iov = const_cast<iovec*>(from); // only read
    message.msg_iovlen = static_cast<std::size_t>(count);
    return outcome_of(::sendmsg(socket_.fd(), &message, MSG_NOSIGNAL), io_status::wants_write);
  }
  void finish() override { ::shutdown(socket_.fd(), SHUT_WR); }
  void close() override { socket_ = owned_fd{}; }
  auto fd() const -> int override { return socket_.fd(); }
  auto is_two_way() const -> bool override { return true; }

private:
  static auto outcome_of(ssize_t count, io_status later) -> io_outcome {
    if (count > 0) return {io_status::done, static_cast<std::size_t>(count)};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {later};
    return {io_status::failed, 0, describe_errno(errno)};
  }

  owned_fd socket_;
};

} // namespace

auto transport::waiting_bytes() const -> std::size_t { return queued_bytes(fd(), SIOCINQ); }

auto transport::is_peer_gone() const -> bool { return (signs_of(fd()) & (POLLRDHUP | POLLHUP | POLLERR)) != 0; }

auto transport::has_peer_all() const -> bool {
  return (signs_of(fd()) & POLLERR) == 0 && queued_bytes(fd(), SIOCOUTQ) == 0;
}

auto make_plain_transport(owned_fd socket) -> std::unique_ptr<transport> {
  return std::make_unique<plain_transport>(std::move(socket));
}

} // namespace weir::net
