/// Settings of sources that take events by HTTP.
#pragma once

#include "actors/collectors/network/tls_settings.hpp"
#include "actors/promise.hpp"
#include "config/settings.hpp"
#include "runtime/event/tag_shape.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct web_user {
  std::string username;
  config::secret password;
};

struct web_token {
  std::string name;
  config::secret token;
};

struct web_auth {
  std::vector<web_user> users;
  std::vector<web_token> tokens;
};

struct web_settings {
  std::vector<std::string> listen;
  std::string tag;
  std::string add_tag_prefix;
  byte_count max_message{std::uint64_t{32} << 20};
  std::uint32_t max_connections = 1024;
  std::string source_address_key;
  duration handshake_timeout = std::chrono::seconds{10};
  duration message_timeout = std::chrono::minutes{1};
  duration busy_after = std::chrono::seconds{2};
  std::optional<web_auth> auth;
  std::optional<server_tls> tls;
};

inline auto web_settings_at(std::string place) -> web_settings {
  auto made = web_settings{};
  made.listen.push_back(std::move(place));
  return made;
}

template <class Visitor> void describe(Visitor& v, web_user& s) {
  v.required("username", s.username, "Name of the user.");
  v.required("password", s.password, "Password.");
}

template <class Visitor> void describe(Visitor& v, web_token& s) {
  v.field("name", s.name, "Whose it is; for people alone.");
  v.required("token", s.token, "What the client shows.");
}

template <class Visitor> void describe(Visitor& v, web_auth& s) {
  v.field("users", s.users, "Who may send with a name and a password (Authorization: Basic).");
  v.field("tokens", s.tokens, "Who may send with a token (Authorization: Bearer or Splunk).");
}

template <class Visitor> void describe_web(Visitor& v, web_settings& s, const char* listen_help) {
  v.field("listen", s.listen, listen_help);
  v.field("tag", s.tag, "Replaces the tags that follow from what clients send.");
  v.field("add_tag_prefix", s.add_tag_prefix, "Put before every tag, with a dot.");
  v.field("max_message", s.max_message, "The largest body, as received and unpacked; a larger one is answered with 413.");
  v.field("max_connections", s.max_connections, "At the limit the longest idle one gives way, if a minute idle; else new ones are closed at once.");
  v.field("source_address_key", s.source_address_key, "Put the client's address into each record under this key.");
  v.field("handshake_timeout", s.handshake_timeout, "Close connections that have not agreed on TLS by then.");
  v.field("message_timeout", s.message_timeout, "Close connections that stand still for so long in the middle of a request; 5s while others wait for memory.");
  v.field("busy_after", s.busy_after, "Requests that nothing can be taken from for so long are answered with 429 and Retry-After.");
  v.field("auth", s.auth, "Users and tokens; without it whoever can connect may send.");
  v.field("tls", s.tls, "Certificates for the connections of all addresses but those of unix sockets.");
}

void validate(const web_auth& settings, config::settings_reader& reader);
/// `listen_key`: of `places`, one of its keys.
void check_web_places(const std::vector<std::string>& places, const char* listen_key, config::settings_reader& reader);
void check_web(const web_settings& settings, config::settings_reader& reader);
/// What the tags of its events can be.
auto web_tags(const web_settings& settings) -> std::vector<tag_shape>;
/// The addresses, as what the source claims.
void claim_web_places(const std::vector<std::string>& places, const char* key, plugin_claims& to);

} // namespace weir
