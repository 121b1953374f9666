/// Settings of the forward source.
#pragma once

#include "actors/collectors/network/tls_settings.hpp"
#include "config/settings.hpp"
#include "runtime/event/tag_shape.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct forward_user {
  std::string username;
  config::secret password;
};

struct forward_client_rule {
  std::string host;
  std::string network;
  config::secret shared_key;
  std::vector<std::string> users;
};

struct forward_security {
  std::string self_hostname;
  config::secret shared_key;
  bool empty_shared_key = false;
  std::optional<bool> user_auth;
  bool allow_anonymous_source = true;
  std::vector<forward_user> users;
  std::vector<forward_client_rule> clients;
  auto wants_users() const -> bool { return user_auth.value_or(!users.empty()); }
};

/// The tag that an event gets is add_tag_prefix, a dot, and tag or what the client sent.
struct forward_settings {
  std::vector<std::string> listen{"127.0.0.1:24224"};
  std::string socket_mode = "0600";
  std::string tag;
  std::string add_tag_prefix;
  byte_count max_message{std::uint64_t{64} << 20};
  std::uint32_t max_connections = 1024;
  byte_count chunk_size_warn_limit{0};
  byte_count chunk_size_limit{0};
  std::string source_address_key;
  std::string source_hostname_key;
  std::optional<bool> resolve_hostname;
  std::string metadata_key;
  bool milliseconds = true;
  bool deny_keepalive = false;
  bool send_keepalive_packet = true;
  duration handshake_timeout = std::chrono::seconds{10};
  duration message_timeout = std::chrono::minutes{1};
  std::optional<forward_security> security;
  std::optional<server_tls> tls;
};

template <class Visitor> void describe(Visitor& v, forward_user& s) {
  v.required("username", s.username, "Name of the user.");
  v.required("password", s.password, "Password; never sent in clear by clients.");
}

template <class Visitor> void describe(Visitor& v, forward_client_rule& s) {
  v.field("host", s.host, "Name or address of the client.");
  v.field("network", s.network, "Network of the clients, such as 10.0.0.0/8.");
  v.field("shared_key", s.shared_key, "A key of their own.");
  v.field("users", s.users, "The only users that may come from there.");
}

template <class Visitor> void describe(Visitor& v, forward_security& s) {
  v.field("self_hostname", s.self_hostname, "How this server calls itself; default: the machine's name.");
  v.field("shared_key", s.shared_key, "The key that both sides show to know.");
  v.field("empty_shared_key", s.empty_shared_key, "Users only, no key.");
  v.field("user_auth", s.user_auth, "Ask for user and password; default: if users are listed.");
  v.field("allow_anonymous_source", s.allow_anonymous_source, "Accept clients that no rule names.");
  v.field("users", s.users, "Users and their passwords.");
  v.field("clients", s.clients, "Rules for hosts and networks; the first that fits decides.");
}

template <class Visitor> void describe(Visitor& v, forward_settings& s) {
  v.field("listen", s.listen, "host:port or unix:/path, one or several; UDP heartbeats on the same port.");
  v.field("socket_mode", s.socket_mode, "Permissions of a unix socket, octal.");
  v.field("tag", s.tag, "Replaces the tags that clients send.");
  v.field("add_tag_prefix", s.add_tag_prefix, "Put before every tag, with a dot.");
  v.field("max_message", s.max_message, "The largest message, as received and decompressed.");
  v.field("max_connections", s.max_connections,
          "At the limit the longest idle one gives way, if a minute idle, or who has not logged in; else new ones are "
          "closed at once.");
  v.field("chunk_size_warn_limit", s.chunk_size_warn_limit, "Warn of larger messages; 0: never.");
  v.field("chunk_size_limit", s.chunk_size_limit, "Drop larger messages; 0: never.");
  v.field("source_address_key", s.source_address_key,
          "Put the client's address into each record under this key.");
  v.field("source_hostname_key", s.source_hostname_key,
          "Put the client's host name into each record; each address is looked up once, when it connects.");
  v.field("resolve_hostname", s.resolve_hostname, "Whether host names may be looked up.");
  v.field("metadata_key", s.metadata_key,
          "Put an event's metadata into its record under this key; empty: leave it out.");
  v.field("milliseconds", s.milliseconds,
          "Times from 10^11 on are milliseconds, from 10^14 microseconds, from 10^17 nanoseconds; false: all "
          "are seconds.");
  v.field("deny_keepalive", s.deny_keepalive, "Close each connection after its first message.");
  v.field("send_keepalive_packet", s.send_keepalive_packet,
          "Probe idle connections after a minute, and end those of clients that are gone.");
  v.field("handshake_timeout", s.handshake_timeout, "Close connections that have not agreed on TLS and logged in by then.");
  v.field("message_timeout", s.message_timeout,
          "Close connections that stand still for so long in the middle of a message; 5s while others wait for "
          "memory.");
  v.field("security", s.security, "Shared key and users.");
  v.field("tls", s.tls, "Certificates for the connections of all addresses but those of unix sockets.");
}

void validate(const forward_security& settings, config::settings_reader& reader);
void validate(const forward_client_rule& settings, config::settings_reader& reader);
void validate(const forward_settings& settings, config::settings_reader& reader);

} // namespace weir
