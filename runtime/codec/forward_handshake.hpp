/// The handshake of the forward protocol: HELO, PING, PONG and their digests, both sides.
//
//  helo := ["HELO", {"nonce": bytes, "auth": bytes, "keepalive": bool}]
//  ping := ["PING", client_hostname, salt, key_digest, username, password_digest]
//  pong := ["PONG", ok, reason, server_hostname, key_digest]
//
//  key_digest      := hex(SHA512(salt hostname nonce shared_key)), the hostname being the sender's
//  password_digest := hex(SHA512(auth username password)), or "" when HELO's auth is empty
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <string>
#include <string_view>

namespace weir {

struct forward_helo {
  std::string nonce;
  std::string auth; ///< the salt of user authentication; empty: no users wanted
  bool keepalive = true;
};

/// Borrows from the message.
struct forward_ping {
  std::string_view hostname;
  std::string_view salt;
  std::string_view key_digest;
  std::string_view username;
  std::string_view password_digest;
};

struct forward_pong {
  bool ok = false;
  std::string_view reason;
  std::string_view hostname;
  std::string_view key_digest;
};

void append_helo(byte_buffer& out, const forward_helo& helo);
void append_ping(byte_buffer& out, const forward_ping& ping);
void append_pong(byte_buffer& out, const forward_pong& pong);

/// Each wants one whole root object and takes str and bin alike. Total.
auto decode_helo(std::string_view root) -> result<forward_helo>;
auto decode_ping(std::string_view root) -> result<forward_ping>;
auto decode_pong(std::string_view root) -> result<forward_pong>;

struct key_digest_parts {
  std::string_view salt;
  std::string_view hostname;
  std::string_view nonce;
  std::string_view shared_key;
};

struct password_digest_parts {
  std::string_view auth;
  std::string_view username;
  std::string_view password;
};

auto key_digest(const key_digest_parts& parts) -> std::string;
auto password_digest(const password_digest_parts& parts) -> std::string;
/// In constant time, as far as the sizes are equal.
auto digests_equal(std::string_view a, std::string_view b) -> bool;
/// 16 bytes nobody can guess.
auto random_salt() -> std::string;

} // namespace weir
