/// The settings that stores behind HTTP share: those of all network stores, and a proxy.
#pragma once

#include "actors/sinks/http/endpoint.hpp"
#include "actors/sinks/network/settings.hpp"

namespace weir {

struct http_settings : network_settings {
  config::secret proxy; ///< it may have a password in it
};

/// `endpoints_help` says what one looks like for this store and what is taken if there is none.
template <class Visitor> void describe_http(Visitor& v, http_settings& s, std::string_view endpoints_help) {
  describe_network(v, s, endpoints_help);
  v.field("proxy", s.proxy,
          "Goes through this one, as http://user:password@host:port; none is taken from the environment. A secret, for what may "
          "be in it.");
}

/// Complains about endpoints that are none, and about what does not go together.
void validate_http(const http_settings& s, config::settings_reader& reader, std::uint16_t default_port);

/// Those of validated settings; `otherwise` if there are none.
auto endpoints_of(const http_settings& s, std::uint16_t default_port, std::string_view otherwise) -> std::vector<http_endpoint>;

} // namespace weir
