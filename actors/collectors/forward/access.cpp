#include "actors/collectors/forward/access.hpp"

#include "runtime/os/host_name.hpp"

#include <algorithm>

namespace weir {

auto forward_access::make(const forward_security& security) -> result<forward_access> {
  auto out = forward_access{};
  out.self_hostname_ = security.self_hostname.empty() ? own_host_name() : security.self_hostname;
  out.shared_key_ = security.shared_key.value;
  out.wants_users_ = security.wants_users();
  out.allows_anonymous_ = security.allow_anonymous_source;
  for (const auto& user : security.users) out.users_.emplace_back(user.username, user.password.value);
  for (const auto& client : security.clients) {
    auto& added = out.rules_.emplace_back(rule{{}, client.shared_key.value, client.users});
    if (client.network.empty()) {
      WEIR_TRY(added.networks, net::addresses_of(client.host));
      continue;
    }
    WEIR_TRY(auto network, net::parse_network(client.network));
    added.networks.push_back(network);
  }
  return out;
}

auto forward_access::helo(bool keepalive) const -> forward_helo {
  return {random_salt(), wants_users_ ? random_salt() : std::string{}, keepalive};
}

auto forward_access::rule_for(const client_peer& peer) const -> const rule* {
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
                           const client_peer& peer) const -> result<std::string> {
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

auto forward_access::answer(const forward_ping& ping, const forward_helo& greeted, const client_peer& peer,
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
