#include "runtime/net/socket_address.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weir::net {

auto look_up(const std::string& host, const std::string& port, bool is_own) -> result<found_addresses> {
  auto wanted = addrinfo{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = is_own ? AI_PASSIVE : 0;
  auto* found = static_cast<addrinfo*>(nullptr);
  const auto failed = getaddrinfo(host.empty() ? nullptr : host.c_str(), port.empty() ? nullptr : port.c_str(), &wanted,
                                  &found);
  if (failed != 0) return error{errc::not_found, gai_strerror(failed)};
  return found_addresses{found, freeaddrinfo};
}

auto unix_address(const std::string& path) -> sockaddr_un {
  auto address = sockaddr_un{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

auto to_host_port(const sockaddr_storage& address, socklen_t size) -> std::optional<host_port> {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  const auto failed = getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof host, port,
                                  sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  if (address.ss_family == AF_UNIX || failed != 0) return std::nullopt;
  auto number = std::string{host};
  if (number.starts_with("::ffff:")) number.erase(0, 7);
  return host_port{std::move(number), static_cast<std::uint16_t>(std::stoi(port))};
}

auto to_text(const sockaddr_storage& address, socklen_t size) -> std::string {
  const auto found = to_host_port(address, size);
  return found ? weir::to_text(*found) : std::string{};
}

} // namespace weir::net
