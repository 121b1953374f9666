/// What connections of a source are encrypted with, as a topology file says it.
#pragma once

#include "config/settings.hpp"
#include "runtime/net/tls.hpp"

#include <string>

namespace weir {

struct server_tls {
  std::string certificate;
  std::string key;
  std::string client_ca;
  net::tls_version min_version = net::tls_version::tls_1_2;

  auto files() const -> net::tls_settings { return {certificate, key, client_ca, min_version}; }
};

template <class Visitor> void describe(Visitor& v, server_tls& s) {
  v.required("certificate", s.certificate, "PEM file: the certificate, and those between it and its authority.");
  v.required("key", s.key, "PEM file: its key.");
  v.field("client_ca", s.client_ca, "PEM file of authorities: clients need a certificate of one of them.");
  v.field("min_version", s.min_version, "The oldest version of TLS that is accepted.");
}

} // namespace weir
