#include "runtime/net/kept_sockets.hpp"

#include <set>

namespace weir::net {
namespace {

/// The same for what is written otherwise, as ":24224" for "*:24224".
auto name_of(const std::string& place) -> std::string {
  const auto at = parse_endpoint(place);
  return at ? to_text(*at) : place;
}

/// Nobody but us can give it to another one.
auto is_unused(const std::shared_ptr<listening_socket>& socket) -> bool { return socket.use_count() == 1; }

} // namespace

auto kept_sockets::open(const std::string& place, mode_t mode) -> result<std::shared_ptr<listening_socket>> {
  WEIR_TRY(const auto at, parse_endpoint(place));
  if (auto known = find_unused(to_text(at))) {
    WEIR_CHECK(known->set_mode(mode));
    return known;
  }
  auto opened = listening_socket::open(at, mode);
  // It may be the same port of the same host under another name.
  if (!opened && at.path.empty() && drop_unused_at(at.at.port)) opened = listening_socket::open(at, mode);
  if (!opened) return opened.failure();
  return keep(to_text(at), std::move(*opened));
}

auto kept_sockets::open_datagrams(const std::string& place, mode_t mode) -> result<std::shared_ptr<listening_socket>> {
  if (auto known = find_unused(place)) {
    WEIR_CHECK(known->set_mode(mode));
    return known;
  }
  WEIR_TRY(const auto at, parse_datagram_endpoint(place));
  WEIR_TRY(auto opened, listening_socket::open_datagrams(at, mode));
  return keep(place, std::move(opened));
}

auto kept_sockets::keep(std::string name, listening_socket opened) -> std::shared_ptr<listening_socket> {
  auto made = std::make_shared<listening_socket>(std::move(opened));
  const auto lock = std::lock_guard{mutex_};
  all_.push_back({std::move(name), made});
  return made;
}

void kept_sockets::keep_only(std::span<const std::string> places) {
  auto names = std::set<std::string>{};
  for (const auto& place : places) names.insert(name_of(place));
  const auto lock = std::lock_guard{mutex_};
  std::erase_if(all_, [&](const kept& k) { return !names.contains(k.name); });
}

auto kept_sockets::find_unused(const std::string& name) -> std::shared_ptr<listening_socket> {
  const auto lock = std::lock_guard{mutex_};
  for (const auto& k : all_)
    if (k.name == name && is_unused(k.socket)) return k.socket;
  return nullptr;
}

auto kept_sockets::drop_unused_at(std::uint16_t port) -> bool {
  const auto lock = std::lock_guard{mutex_};
  return std::erase_if(all_, [&](const kept& k) { return is_unused(k.socket) && k.socket->port() == port; }) > 0;
}

} // namespace weir::net
