#include "actors/collectors/forward/stream.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace weir {
namespace {

auto events_of(int fd) -> int {
  auto wanted = pollfd{fd, POLLRDHUP, 0};
  return ::poll(&wanted, 1, 0) > 0 ? wanted.revents : 0;
}

auto queued_bytes(int fd, unsigned long request) -> std::size_t {
  auto bytes = 0;
  return ::ioctl(fd, request, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

class plain_stream final : public byte_stream {
public:
  explicit plain_stream(owned_fd socket) : socket_(std::move(socket)) {}
  auto receive(char* to, std::size_t room) -> io_outcome override {
    return outcome_of(::recv(socket_.fd(), to, room, 0));
  }
  auto send(std::string_view bytes) -> io_outcome override {
    return outcome_of(::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  auto is_peer_gone() const -> bool override {
    return is_broken_ || (events_of(socket_.fd()) & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  }
  auto has_peer_all() const -> bool override {
    return !is_broken_ && (events_of(socket_.fd()) & POLLERR) == 0 && queued_bytes(socket_.fd(), SIOCOUTQ) == 0;
  }
  auto has_more_than(std::size_t bytes) const -> bool override {
    return queued_bytes(socket_.fd(), SIOCINQ) > bytes;
  }
  void finish() override { ::shutdown(socket_.fd(), SHUT_WR); }
  auto fd() const -> int override { return socket_.fd(); }

private:
  auto outcome_of(ssize_t count) -> io_outcome {
    if (count > 0) return {io_status::done, static_cast<std::size_t>(count)};
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
      return {io_status::would_block, 0};
    is_broken_ = is_broken_ || count < 0;
    return {io_status::closed, 0};
  }

  owned_fd socket_;
  bool is_broken_ = false; ///< an error has come, which the system tells only once
};

} // namespace

auto make_plain_stream(owned_fd socket) -> std::unique_ptr<byte_stream> {
  return std::make_unique<plain_stream>(std::move(socket));
}

} // namespace weir
