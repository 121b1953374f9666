/// Where an HTTP server is, as people write it: https://search-1:9200/prefix.
#pragma once

#include "runtime/net/address.hpp"

#include <string>
#include <string_view>

namespace weir {

struct http_endpoint {
  bool is_encrypted = false;
  host_port at;
  std::string prefix; ///< of every path: begins with a slash and does not end with one, or is empty

  /// As it was written, with all that was left out there.
  auto text() const -> std::string;
};

//  endpoint := [("http" | "https") "://"] host [":" port] ["/" path]
/// Without a scheme it is encrypted if `tls` says so; without a port it has `port`. Errors say what is wrong of it and
/// do not quote a name or password that stands in it.
auto parse_http_endpoint(std::string_view text, std::uint16_t port, bool tls) -> result<http_endpoint>;

} // namespace weir
