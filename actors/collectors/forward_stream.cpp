#include "actors/collectors/forward_stream.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace weir {
namespace {

auto outcome_of(ssize_t count) -> io_outcome {
  if (count > 0) return {io_status::done, static_cast<std::size_t>(count)};
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return {io_status::would_block, 0};
  return {io_status::closed, 0};
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
  void finish() override { ::shutdown(socket_.fd(), SHUT_WR); }
  auto fd() const -> int override { return socket_.fd(); }

private:
  owned_fd socket_;
};

} // namespace

owned_fd::~owned_fd() {
  if (fd_ >= 0) ::close(fd_);
}

auto make_plain_stream(owned_fd socket) -> std::unique_ptr<byte_stream> {
  return std::make_unique<plain_stream>(std::move(socket));
}

} // namespace weir
