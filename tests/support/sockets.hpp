/// The few socket calls that the load generator and the bare server share.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace weir::test {

class socket_handle {
public:
  explicit socket_handle(int descriptor = -1) : descriptor_(descriptor) {}
  socket_handle(socket_handle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  auto operator=(socket_handle&& other) noexcept -> socket_handle& {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~socket_handle() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  auto descriptor() const -> int { return descriptor_; }
  auto is_open() const -> bool { return descriptor_ >= 0; }

private:
  int descriptor_;
};

inline auto loopback(std::uint16_t port) -> sockaddr_in {
  auto address = sockaddr_in{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A listener on 127.0.0.1; closed if the port is taken. Port 0 takes a free one.
inline auto listen_on(std::uint16_t port) -> socket_handle {
  auto listener = socket_handle{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const auto on = 1;
  ::setsockopt(listener.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = loopback(port);
  if (::bind(listener.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
      || ::listen(listener.descriptor(), 128) != 0)
    return socket_handle{};
  return listener;
}

/// Marks the port as a test's for as long as this process lives; false if another test has it.
inline auto reserve_port(std::uint16_t port) -> bool {
  static auto marks = std::vector<socket_handle>{};
  auto mark = socket_handle{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  auto address = sockaddr_un{};
  address.sun_family = AF_UNIX;
  const auto name = "weir-test-port-" + std::to_string(port);
  name.copy(address.sun_path + 1, name.size()); // behind a zero: no file, gone with the socket
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(mark.descriptor(), reinterpret_cast<const sockaddr*>(&address), size) != 0) return false;
  marks.push_back(std::move(mark));
  return true;
}

/// A port that nobody else comes to have: below those that outgoing connections get, and no other test's.
inline auto free_port() -> std::uint16_t {
  auto random = std::random_device{};
  auto any = std::uniform_int_distribution<unsigned>{10'000, 32'000};
  while (true) {
    const auto port = static_cast<std::uint16_t>(any(random));
    if (listen_on(port).is_open() && reserve_port(port)) return port;
  }
}

/// Closed if nobody listens there.
inline auto connect_to(std::uint16_t port) -> socket_handle {
  auto connection = socket_handle{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const auto on = 1;
  ::setsockopt(connection.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto address = loopback(port);
  if (::connect(connection.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return socket_handle{};
  return connection;
}

} // namespace weir::test
