/// Where the API server is and who asks it; in a pod all of that is given.
#pragma once

#include "config/settings.hpp"
#include "runtime/base/result.hpp"

#include <string>

namespace weir {

struct kubernetes_api_settings {
  std::string url;
  std::string ca;
  std::string token;
  duration timeout = std::chrono::seconds{10};
};

template <class Visitor> void describe(Visitor& v, kubernetes_api_settings& s) {
  v.field("url", s.url, "Of the API server; default: as KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT say.");
  v.field("ca", s.ca, "PEM file of the authority of its certificate; default: the service account's.");
  v.field("token", s.token, "File of the bearer token, read again for every request; default: the service account's.");
  v.field("timeout", s.timeout, "How long a connection may take, and a page of a list.");
}

void validate(const kubernetes_api_settings& settings, config::settings_reader& reader);

struct kubernetes_api_address {
  std::string url; ///< without a slash at its end
  std::string ca;  ///< a file that is there; empty: those of the system
  std::string token;
  duration timeout{};
};

/// What is given, and from the environment of a pod what is not. Fails where neither says where the server is.
auto api_address_of(const kubernetes_api_settings& settings) -> result<kubernetes_api_address>;

} // namespace weir
