#include "actors/collectors/forward/access.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

namespace weir {
namespace {

constexpr auto mapped_prefix_bits = 96U; ///< of ::ffff:0:0/96

auto parse_address(const std::string& text, ip_network& out) -> bool {
  auto v4 = in_addr{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    out.address = {};
    out.address[10] = out.address[11] = 0xff;
    std::memcpy(out.address.data() + 12, &v4, 4);
    return true;
  }
  return inet_pton(AF_INET6, text.c_str(), out.address.data()) == 1;
}

auto machine_name() -> std::string {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "weir";
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
  auto out = ip_network{};
  const auto address = std::string{text.substr(0, slash)};
  if (!parse_address(address, out)) return invalid;
  if (slash == std::string_view::npos) return out;
  const auto is_v4 = address.find(':') == std::string::npos;
  const auto bits = text.substr(slash + 1);
  auto number = 0U;
  const auto [rest, ec] = std::from_chars(bits.data(), bits.data() + bits.size(), number);
  if (ec != std::errc{} || rest != bits.data() + bits.size() || number > (is_v4 ? 32U : 128U)) return invalid;
  out.prefix_bits = number + (is_v4 ? mapped_prefix_bits : 0U);
  return out;
}

auto resolve_host(const std::string& name) -> result<std::vector<ip_network>> {
  auto hints = addrinfo{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const auto failure = getaddrinfo(name.c_str(), nullptr, &hints, &found); failure != 0)
    return error{errc::not_found, std::string{"cannot resolve the host of a client: "} + gai_strerror(failure)};
  const auto owner = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>{found, &freeaddrinfo};
  auto out = std::vector<ip_network>{};
  for (const auto* at = found; at != nullptr; at = at->ai_next) {
    char text[NI_MAXHOST];
    auto network = ip_network{};
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0
        && parse_address(text, network))
      out.push_back(network);
  }
  return out;
}

auto lookup_hostname(const forward_peer& peer) -> std::string {
  auto address = sockaddr_in6{};
  address.sin6_family = AF_INET6;
  std::memcpy(&address.sin6_addr, peer.bytes.data(), peer.bytes.size());
  char name[NI_MAXHOST];
  const auto found = getnameinfo(reinterpret_cast<const sockaddr*>(&address), sizeof address, name,
                                 sizeof name, nullptr, 0, NI_NAMEREQD);
  return peer.is_ip && found == 0 ? name : peer.address;
}

auto forward_access::make(const forward_security& security) -> result<forward_access> {
  auto out = forward_access{};
  out.self_hostname_ = security.self_hostname.empty() ? machine_name() : security.self_hostname;
  out.shared_key_ = security.shared_key.value;
  out.wants_users_ = security.wants_users();
  out.allows_anonymous_ = security.allow_anonymous_source;
  for (const auto& user : security.users) out.users_.emplace_back(user.username, user.password.value);
  for (const auto& client : security.clients) {
    auto& added = out.rules_.emplace_back(rule{{}, client.shared_key.value, client.users});
    if (client.network.empty()) {
      WEIR_TRY(added.networks, resolve_host(client.host));
      continue;
    }
    WEIR_TRY(auto network, parse_network(client.network));
    added.networks.push_back(network);
  }
  return out;
}

auto forward_access::helo(bool keepalive) const -> forward_helo {
  return {random_salt(), wants_users_ ? random_salt() : std::string{}, keepalive};
}

auto forward_access::rule_for(const forward_peer& peer) const -> const rule* {
  if (!peer.is_ip) return nullptr;
  for (const auto& candidate : rules_)
    if (std::any_of(candidate.networks.begin(), candidate.networks.end(),
                    [&](const auto& network) { return network.contains(peer.bytes); }))
      return &candidate;
  return nullptr;
}

auto forward_access::has_right_password(const forward_ping& ping, std::string_view auth, const rule* by) const
    -> bool {
  const auto allowed = [&](const std::string& name) {
    return by == nullptr || by->users.empty()
           || std::find(by->users.begin(), by->users.end(), name) != by->users.end();
  };
  return std::any_of(users_.begin(), users_.end(), [&](const auto& user) {
    return user.first == ping.username && allowed(user.first)
           && digests_equal(ping.password_digest, password_digest({auth, user.first, user.second}));
  });
}

auto forward_access::judge(const forward_ping& ping, const forward_helo& greeted,
                           const forward_peer& peer) const -> result<std::string> {
  const auto* by = rule_for(peer);
  if (by == nullptr && !allows_anonymous_)
    return error{errc::rejected, "anonymous source host '" + peer.address + "' denied"};
  const auto& key = by != nullptr && !by->shared_key.empty() ? by->shared_key : shared_key_;
  if (!digests_equal(ping.key_digest, key_digest({ping.salt, ping.hostname, greeted.nonce, key})))
    return error{errc::rejected, "shared_key mismatch"};
  if (wants_users_ && !has_right_password(ping, greeted.auth, by))
    return error{errc::rejected, "username/password mismatch"};
  return key;
}

auto forward_access::answer(const forward_ping& ping, const forward_helo& greeted, const forward_peer& peer,
                            byte_buffer& out) const -> result<void> {
  const auto key = judge(ping, greeted, peer);
  if (!key) {
    append_pong(out, {false, key.failure().what, "", ""});
    return key.failure();
  }
  append_pong(out, {true, "", self_hostname_, key_digest({ping.salt, self_hostname_, greeted.nonce, *key})});
  return {};
}

} // namespace weir
