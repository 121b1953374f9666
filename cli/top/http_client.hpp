/// Asks a console over HTTP, one question a connection.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/base/units.hpp"
#include "runtime/net/address.hpp"
#include "runtime/net/tls.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace weir::cli {

struct console_url {
  host_port at;
  bool is_encrypted = false;
  std::string token; ///< behind #token=; may be empty
};

/// "http://HOST:PORT/", "https://HOST:PORT#token=…"; a path means nothing.
auto parse_console_url(std::string_view text) -> result<console_url>;

class http_client {
public:
  /// `authorities`: path of a PEM file, for https. An error names it.
  static auto open(console_url to, const std::string& authorities) -> result<http_client>;

  struct reply {
    int status = 0;
    std::string body;
  };
  /// Blocks for `patience` at most, but for the look-up of a name.
  auto get(const std::string& path, duration patience) const -> result<reply>;
  auto where() const -> std::string { return to_text(to_.at); }

private:
  explicit http_client(console_url to) : to_(std::move(to)) {}

  console_url to_;
  std::shared_ptr<net::tls_context> tls_;
};

} // namespace weir::cli
