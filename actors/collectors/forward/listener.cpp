#include "actors/collectors/forward/listener.hpp"

#include "runtime/net/socket_address.hpp"

#include <sys/socket.h>

namespace weir {
namespace {

auto peer_of(const net::accepted_socket& from, const std::string& listener) -> forward_peer {
  auto peer = forward_peer{};
  const auto at = net::to_host_port(from.address, from.address_bytes);
  if (!at) {
    peer.text = listener;
    return peer;
  }
  peer.address = at->host;
  peer.text = to_text(*at);
  if (const auto network = net::parse_network(peer.address)) {
    peer.bytes = network->address;
    peer.is_ip = true;
  }
  return peer;
}

/// Where UDP comes to the same address.
auto bind_heartbeat(int stream) -> owned_fd {
  auto at = net::bound_address(stream);
  auto heartbeat = owned_fd{::socket(at.address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!heartbeat.is_open()
      || ::bind(heartbeat.fd(), reinterpret_cast<sockaddr*>(&at.address), at.address_bytes) != 0)
    return owned_fd{};
  return heartbeat;
}

} // namespace

auto forward_listener::open(const endpoint& at, mode_t socket_mode) -> result<forward_listener> {
  WEIR_TRY(auto stream, net::listening_socket::open(at, socket_mode));
  auto heartbeat = at.path.empty() ? bind_heartbeat(stream.fd()) : owned_fd{};
  return forward_listener{std::move(stream), std::move(heartbeat)};
}

auto forward_listener::accept() -> result<std::optional<accepted_client>> {
  WEIR_TRY(auto next, stream_.accept());
  if (!next) return std::optional<accepted_client>{};
  auto peer = peer_of(*next, text());
  return std::optional{accepted_client{std::move(next->socket), std::move(peer), stream_.port() == 0}};
}

void forward_listener::answer_heartbeats() {
  constexpr auto most = 64; // the rest waits for the next round
  for (auto i = 0; i < most; ++i) {
    char bytes[128];
    auto address = sockaddr_storage{};
    auto size = socklen_t{sizeof address};
    auto* const from = reinterpret_cast<sockaddr*>(&address);
    if (::recvfrom(heartbeat_.fd(), bytes, sizeof bytes, 0, from, &size) < 0) return;
    (void)::sendto(heartbeat_.fd(), "", 1, MSG_NOSIGNAL, from, size);
  }
}

} // namespace weir
