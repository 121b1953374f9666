#include "runtime/net/kept_sockets.hpp"

#include <algorithm>

namespace weir::net {
namespace {

/// Nobody but us can give it to another one.
auto is_unused(const std::shared_ptr<listening_socket>& socket) -> bool { return socket.use_count() == 1; }

} // namespace

auto kept_sockets::open(const std::string& place, mode_t mode) -> result<std::shared_ptr<listening_socket>> {
  WEIR_TRY(const auto at, parse_endpoint(place));
  if (auto known = find_unused(place)) {
    WEIR_CHECK(known->set_mode(mode));
    return known;
  }
  auto opened = listening_socket::open(at, mode);
  // The same port may have been written otherwise before, as with a name instead of an address.
  if (!opened && at.path.empty() && drop_unused_at(at.at.port)) opened = listening_socket::open(at, mode);
  if (!opened) return opened.failure();
  auto made = std::make_shared<listening_socket>(std::move(*opened));
  const auto lock = std::lock_guard{mutex_};
  all_.push_back({place, made});
  return made;
}

void kept_sockets::keep_only(std::span<const std::string> places) {
  const auto lock = std::lock_guard{mutex_};
  std::erase_if(all_, [&](const kept& k) { return std::find(places.begin(), places.end(), k.place) == places.end(); });
}

auto kept_sockets::find_unused(const std::string& place) -> std::shared_ptr<listening_socket> {
  const auto lock = std::lock_guard{mutex_};
  for (const auto& k : all_)
    if (k.place == place && is_unused(k.socket)) return k.socket;
  return nullptr;
}

auto kept_sockets::drop_unused_at(std::uint16_t port) -> bool {
  const auto lock = std::lock_guard{mutex_};
  return std::erase_if(all_, [&](const kept& k) { return is_unused(k.socket) && k.socket->port() == port; }) > 0;
}

} // namespace weir::net
