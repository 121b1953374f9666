/// The settings under `console`.
#pragma once

#include "config/settings.hpp"
#include "topology/console_plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weir {

enum class metrics_access { open, closed };

constexpr auto names_of(metrics_access*) {
  return std::array{std::pair{std::string_view{"open"}, metrics_access::open},
                    std::pair{std::string_view{"closed"}, metrics_access::closed}};
}

struct console_tls_spec {
  std::string certificate;
  std::string key;
  std::string client_ca;
};

template <class Visitor> void describe(Visitor& v, console_tls_spec& s) {
  v.required("certificate", s.certificate, "PEM file: the console's certificate, and those between it and its authority. {node} "
                                           "is the node's name.");
  v.required("key", s.key, "PEM file: its key.");
  v.field("client_ca", s.client_ca,
          "PEM file of authorities: only who shows a certificate of one of them gets in; `roles` says what they may.");
}

struct console_token_spec {
  std::string name;
  config::secret token;
  console_role role = console_role::view;
};

template <class Visitor> void describe(Visitor& v, console_token_spec& s) {
  v.required("name", s.name, "Who has it, for the log.");
  v.required("token", s.token, "At least 16 characters; programs send it as `Authorization: Bearer TOKEN`.");
  v.field("role", s.role, "view: see everything; operate: also change something.");
}
void validate(const console_token_spec& spec, config::settings_reader& reader);

struct console_user_spec {
  std::string name;
  config::secret password;
  console_role role = console_role::view;
};

template <class Visitor> void describe(Visitor& v, console_user_spec& s) {
  v.required("name", s.name, "Of the user.");
  v.required("password", s.password, "At least 8 characters.");
  v.field("role", s.role, "view: see everything; operate: also change something.");
}
void validate(const console_user_spec& spec, config::settings_reader& reader);

struct console_roles_spec {
  std::vector<std::string> view;
  std::vector<std::string> operate;
};

template <class Visitor> void describe(Visitor& v, console_roles_spec& s) {
  v.field("view", s.view, "Patterns of names in client certificates: they see everything.");
  v.field("operate", s.operate, "The same: they may also change something.");
}

struct console_auth_spec {
  std::vector<console_token_spec> tokens;
  std::vector<console_user_spec> users;
  std::optional<console_roles_spec> roles;
};

template <class Visitor> void describe(Visitor& v, console_auth_spec& s) {
  v.field("tokens", s.tokens, "Of programs, and of people who have nothing else: {name, token, role}.");
  v.field("users", s.users, "Who come with a password: {name, password, role}.");
  v.field("roles", s.roles, "What those may who come with a certificate.");
}

struct console_spec {
  std::string listen;
  std::optional<console_tls_spec> tls;
  std::optional<console_auth_spec> auth;
  std::vector<std::string> names;
  metrics_access metrics = metrics_access::closed;
  bool insecure = false;
};

template <class Visitor> void describe(Visitor& v, console_spec& s) {
  v.field("listen", s.listen, "host:port. Default: 127.0.0.1:7480, or the next port that is free. Beyond loopback it wants `tls` "
                              "and something under `auth`.");
  v.field("tls", s.tls, "It speaks HTTPS.");
  v.field("auth", s.auth,
          "Who gets in. Without a token loopback shows figures, not contents; one for this machine is beside the control "
          "socket (`weir console`).");
  v.field("names", s.names, "Names of hosts by which browsers reach it, beside addresses, localhost and this host's name.");
  v.field("metrics", s.metrics, "open: /metrics wants no token; closed. On loopback it never wants one.");
  v.field("insecure", s.insecure, "Allow it to listen beyond loopback without TLS.");
}
void validate(const console_spec& spec, config::settings_reader& reader);

} // namespace weir
