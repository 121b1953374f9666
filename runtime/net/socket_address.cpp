#include "runtime/net/socket_address.hpp"

namespace weir::net {

auto look_up(const host_port& at, bool is_own) -> result<found_addresses> {
  auto wanted = addrinfo{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = is_own ? AI_PASSIVE : 0;
  auto* found = static_cast<addrinfo*>(nullptr);
  const auto* host = is_own && at.host == "*" ? nullptr : at.host.c_str();
  const auto failed = getaddrinfo(host, std::to_string(at.port).c_str(), &wanted, &found);
  if (failed != 0) return error{errc::not_found, gai_strerror(failed)};
  return found_addresses{found, freeaddrinfo};
}

auto to_text(const sockaddr_storage& address, socklen_t size) -> std::string {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  const auto failed = getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof host, port,
                                  sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  if (failed != 0) return {};
  auto number = std::string{host};
  if (number.starts_with("::ffff:")) number.erase(0, 7);
  return weir::to_text(host_port{number, static_cast<std::uint16_t>(std::stoi(port))});
}

} // namespace weir::net
