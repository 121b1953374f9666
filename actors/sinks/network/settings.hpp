/// The settings that stores behind a network share: endpoints, timeout, tls, auth, proxy.
#pragma once

#include "config/settings.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

struct store_timeouts {
  duration connect = std::chrono::seconds{10};
  duration request = std::chrono::seconds{60};
};

enum class store_verify { full, ca, none };

constexpr auto names_of(store_verify*) {
  return std::array<std::pair<std::string_view, store_verify>, 3>{
      {{"full", store_verify::full}, {"ca", store_verify::ca}, {"none", store_verify::none}}};
}

struct store_tls {
  std::string ca;
  std::string certificate;
  std::string key;
  store_verify verify = store_verify::full;
  std::string server_name;
};

struct store_auth {
  std::string user;
  config::secret password;
  config::secret token;
};

/// What every network store has; each adds what is its own.
struct network_settings {
  std::vector<std::string> endpoints; ///< in order of preference where the store says so, else of no meaning
  store_timeouts timeout;
  std::optional<store_tls> tls; ///< absent: as the store's own protocol has it by default
  store_auth auth;
};

template <class Visitor> void describe(Visitor& v, store_timeouts& s) {
  v.field("connect", s.connect, "How long a connection may take to be there, with TLS and login.");
  v.field("request", s.request, "How long an answer may take; then its outcome is unknown, and the store is asked or told again.");
}

template <class Visitor> void describe(Visitor& v, store_tls& s) {
  v.field("ca", s.ca, "PEM file of the authorities that are trusted; empty: those of the system.");
  v.field("certificate", s.certificate, "PEM file that this side shows, where the store wants one.");
  v.field("key", s.key, "PEM file of its key.");
  v.field("verify", s.verify,
          "full: the certificate must be of a trusted authority and for the host's name; ca: of a trusted authority; none: any, "
          "which protects from nobody who can stand between.");
  v.field("server_name", s.server_name, "The name that the certificate must have, if it is not the endpoint's.");
}

template <class Visitor> void describe(Visitor& v, store_auth& s) {
  v.field("user", s.user, "The name to log in with.");
  v.field("password", s.password, "Its password; better from {file: PATH} or ${VARIABLE} than written here.");
  v.field("token", s.token, "A token or key in place of user and password, where the store knows such.");
}

/// `endpoints_help` says what one looks like for this store and what is taken if there is none.
template <class Visitor> void describe_network(Visitor& v, network_settings& s, std::string_view endpoints_help) {
  v.field("endpoints", s.endpoints, endpoints_help);
  v.field("timeout", s.timeout, "How long to wait for the store.");
  v.field("tls", s.tls, "Encrypts, and says whom to trust; {} trusts the authorities of the system. Files are read again at each connection.");
  v.field("auth", s.auth, "Who logs in.");
}

inline void validate(const store_timeouts& s, config::settings_reader& reader) {
  if (s.connect.count() <= 0) reader.complain("connect", "\"connect\" wants a time above 0");
  if (s.request.count() <= 0) reader.complain("request", "\"request\" wants a time above 0");
}

inline void validate(const store_tls& s, config::settings_reader& reader) {
  if (s.certificate.empty() != s.key.empty())
    reader.complain(s.key.empty() ? "certificate" : "key", "\"certificate\" and \"key\" belong together");
  if (s.verify == store_verify::none) {
    reader.refuse_useless("ca", "with \"verify: none\" nobody is asked for");
    reader.refuse_useless("server_name", "with \"verify: none\" no name is looked at");
  }
}

inline void validate(const store_auth& s, config::settings_reader& reader) {
  if (s.user.empty()) reader.refuse_useless("password", "it belongs to a \"user\"");
}

} // namespace weir
