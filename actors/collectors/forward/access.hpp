/// Who may send: networks, shared keys and users of the forward protocol's handshake.
#pragma once

#include "actors/collectors/forward/settings.hpp"
#include "actors/collectors/network/peer.hpp"
#include "runtime/codec/forward_handshake.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

class forward_access {
public:
  static auto make(const forward_security& security) -> result<forward_access>;

  /// What to greet a new client with.
  auto helo(bool keepalive) const -> forward_helo;
  /// Appends the PONG that answers `ping`; the error is the reason for a refusal, which was appended as well.
  auto answer(const forward_ping& ping, const forward_helo& greeted, const client_peer& peer,
              byte_buffer& out) const -> result<void>;

private:
  struct rule {
    std::vector<net::ip_network> networks;
    std::string shared_key;
    std::vector<std::string> users;
  };

  auto rule_for(const client_peer& peer) const -> const rule*;
  auto has_right_password(const forward_ping& ping, std::string_view auth, const rule* by) const -> bool;
  /// The shared key that holds, or why not.
  auto judge(const forward_ping& ping, const forward_helo& greeted, const client_peer& peer) const
      -> result<std::string>;

  std::string self_hostname_;
  std::string shared_key_;
  bool wants_users_ = false;
  bool allows_anonymous_ = true;
  std::vector<rule> rules_;
  std::vector<std::pair<std::string, std::string>> users_;
};

} // namespace weir
