#include "actors/collectors/docker/engine_inquiry.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace weir {

engine_inquiry::engine_inquiry(std::string_view id)
    : request_("GET /containers/" + std::string{id} + "/json HTTP/1.0\r\nHost: docker\r\n\r\n") {}

auto engine_inquiry::begin(const std::string& socket) -> result<void> {
  auto address = sockaddr_un{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path) return error{errc::failed, "the path of the socket is too long"};
  std::memcpy(address.sun_path, socket.data(), socket.size());
  socket_ = owned_fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket_.is_open()) return error_from_errno("making a socket", errno);
  if (::connect(socket_.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return error_from_errno("connecting to " + socket, errno);
  return {};
}

auto engine_inquiry::send_rest() -> result<bool> {
  while (sent_ < request_.size()) {
    const auto got = ::send(socket_.fd(), request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return false;
    if (got < 0) return error_from_errno("asking the engine", errno);
    sent_ += static_cast<std::size_t>(got);
  }
  return true;
}

auto engine_inquiry::step() -> result<std::optional<std::string>> {
  constexpr auto block = std::size_t{16} << 10;
  WEIR_TRY(const auto is_sent, send_rest());
  while (is_sent) {
    const auto got = ::recv(socket_.fd(), answer_.tail(block), block, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got < 0) return error_from_errno("reading the engine's answer", errno);
    if (got == 0) return body();
    answer_.advance(static_cast<std::size_t>(got));
    if (answer_.size() > answer_bytes_max) return error{errc::limit, "the engine's answer is larger than 1MiB"};
  }
  return std::optional<std::string>{};
}

auto engine_inquiry::body() const -> result<std::optional<std::string>> {
  WEIR_TRY(const auto text, body_of_answer(answer_.view()));
  return std::optional{std::string{text}};
}

auto body_of_answer(std::string_view answer) -> result<std::string_view> {
  const auto head = answer.find("\r\n\r\n");
  const auto line = answer.substr(0, answer.find("\r\n"));
  if (head == std::string_view::npos || !line.starts_with("HTTP/1.")) return error{errc::malformed, "the engine answers no HTTP"};
  if (line.substr(8, 4) != " 200") return error{errc::not_found, "the engine answers \"" + std::string{line.substr(0, 60)} + '"'};
  return answer.substr(head + 4);
}

} // namespace weir
