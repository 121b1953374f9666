#include "actors/collectors/network/listener.hpp"

#include "runtime/net/socket_address.hpp"

namespace weir {
namespace {

auto peer_of(const net::accepted_socket& from, const std::string& listener) -> client_peer {
  auto peer = client_peer{};
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

auto client_listener::open(const std::string& place, mode_t socket_mode, net::kept_sockets& kept)
    -> result<client_listener> {
  WEIR_TRY(auto stream, kept.open(place, socket_mode));
  return client_listener{std::move(stream)};
}

auto client_listener::accept() -> result<std::optional<accepted_client>> {
  WEIR_TRY(auto next, stream_->accept());
  if (!next) return std::optional<accepted_client>{};
  auto peer = peer_of(*next, text());
  return std::optional{accepted_client{std::move(next->socket), std::move(peer), stream_->port() == 0}};
}

auto lookup_hostname(const client_peer& peer) -> std::string {
  auto name = peer.is_ip ? net::name_of(peer.bytes) : std::string{};
  return name.empty() ? peer.address : name;
}

} // namespace weir
