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

} // namespace

auto forward_listener::open(const std::string& place, mode_t socket_mode, net::kept_sockets& kept)
    -> result<forward_listener> {
  WEIR_TRY(auto stream, kept.open(place, socket_mode));
  return forward_listener{std::move(stream)};
}

auto forward_listener::accept() -> result<std::optional<accepted_client>> {
  WEIR_TRY(auto next, stream_->accept());
  if (!next) return std::optional<accepted_client>{};
  auto peer = peer_of(*next, text());
  return std::optional{accepted_client{std::move(next->socket), std::move(peer), stream_->port() == 0}};
}

void forward_listener::answer_heartbeats() {
  constexpr auto most = 64; // the rest waits for the next round
  for (auto i = 0; i < most; ++i) {
    char bytes[128];
    auto address = sockaddr_storage{};
    auto size = socklen_t{sizeof address};
    auto* const from = reinterpret_cast<sockaddr*>(&address);
    if (::recvfrom(heartbeat_fd(), bytes, sizeof bytes, 0, from, &size) < 0) return;
    (void)::sendto(heartbeat_fd(), "", 1, MSG_NOSIGNAL, from, size);
  }
}

} // namespace weir
