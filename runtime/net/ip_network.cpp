#include "runtime/net/ip_network.hpp"

#include "runtime/net/socket_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <netinet/in.h>

#include <charconv>
#include <cstring>
#include <optional>

namespace weir::net {
namespace {

constexpr auto mapped_prefix_bits = 96U; ///< of ::ffff:0:0/96

auto parse_ip(const std::string& text) -> std::optional<boost::asio::ip::address> {
  auto failed = boost::system::error_code{};
  const auto found = boost::asio::ip::make_address(text, failed);
  return failed ? std::nullopt : std::optional{found};
}

auto bytes_of(const boost::asio::ip::address& at) -> ip_bytes {
  using namespace boost::asio::ip;
  return at.is_v4() ? make_address_v6(v4_mapped, at.to_v4()).to_bytes() : at.to_v6().to_bytes();
}

} // namespace

auto ip_network::contains(const ip_bytes& other) const -> bool {
  const auto whole = prefix_bits / 8;
  if (std::memcmp(address.data(), other.data(), whole) != 0) return false;
  const auto rest = prefix_bits % 8;
  return rest == 0 || ((address[whole] ^ other[whole]) >> (8 - rest)) == 0;
}

auto parse_network(std::string_view text) -> result<ip_network> {
  const auto invalid = error{errc::rejected, "\"network\" wants an address and a size, such as 10.0.0.0/8"};
  const auto slash = text.find('/');
  const auto address = parse_ip(std::string{text.substr(0, slash)});
  if (!address) return invalid;
  auto out = ip_network{bytes_of(*address)};
  if (slash == std::string_view::npos) return out;
  const auto bits = text.substr(slash + 1);
  auto number = 0U;
  const auto [rest, ec] = std::from_chars(bits.data(), bits.data() + bits.size(), number);
  const auto most = address->is_v4() ? 32U : 128U;
  if (ec != std::errc{} || rest != bits.data() + bits.size() || number > most) return invalid;
  out.prefix_bits = number + (address->is_v4() ? mapped_prefix_bits : 0U);
  return out;
}

auto addresses_of(const std::string& host) -> result<std::vector<ip_network>> {
  const auto found = look_up(host, {}, false);
  if (!found) return error{errc::not_found, "cannot resolve the host of a client: " + found.failure().what};
  auto out = std::vector<ip_network>{};
  for (const auto* at = found->get(); at != nullptr; at = at->ai_next) {
    auto address = sockaddr_storage{};
    std::memcpy(&address, at->ai_addr, at->ai_addrlen);
    if (const auto number = to_host_port(address, at->ai_addrlen))
      if (const auto ip = parse_ip(number->host)) out.push_back({bytes_of(*ip)});
  }
  return out;
}

auto name_of(const ip_bytes& address) -> std::string {
  auto at = sockaddr_in6{};
  at.sin6_family = AF_INET6;
  std::memcpy(&at.sin6_addr, address.data(), address.size());
  char name[NI_MAXHOST];
  const auto failed = getnameinfo(reinterpret_cast<const sockaddr*>(&at), sizeof at, name, sizeof name, nullptr, 0,
                                  NI_NAMEREQD);
  return failed == 0 ? name : std::string{};
}

} // namespace weir::net
