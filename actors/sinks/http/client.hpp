/// The HTTP client of all stores that speak it: one request at a time, over connections that are kept.
#pragma once

#include "actors/sinks/http/pinned_authority.hpp"
#include "actors/sinks/http/settings.hpp"
#include "actors/sinks/network/endpoint_choice.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/codec/compression.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir {

struct http_client_settings {
  std::vector<http_endpoint> endpoints; ///< at least one
  endpoint_choice::order order = endpoint_choice::order::rotate;
  store_timeouts timeout;
  std::optional<store_tls> tls; ///< absent: the system's authorities, for endpoints that are encrypted
  std::optional<certificate_hash> authority; ///< in place of tls.ca: whom to trust
  store_auth auth;
  std::string token_scheme = "Bearer"; ///< what stands before auth.token, unless that has two words itself
  bool negotiate = false;              ///< SPNEGO, with the ticket that the process has; in place of auth
  std::string token_header;            ///< the field that auth.token stands in, alone; empty: Authorization
  std::string proxy;                   ///< empty: none
  std::size_t answer_bytes_max = std::size_t{16} << 20;
};

auto http_client_settings_of(const http_settings& s, std::vector<http_endpoint> endpoints) -> http_client_settings;

struct http_request {
  std::string_view method = "GET";
  std::string_view path = "/"; ///< encoded, with its query; behind the endpoint's prefix
  std::string_view body = {};
  std::string_view content_type = {};       ///< of the body; empty: there is none
  compression compress = compression::none; ///< of the body, on its way
  std::vector<std::string> headers = {};    ///< whole: "Idempotency-Key: 7"
  /// The endpoint to ask, by its number; absent: one that is well.
  std::optional<std::size_t> endpoint = {};
  /// Whole, in place of endpoint and path: where a server has sent us. Who logs in is told to none but the endpoints.
  std::string_view url = {};
};

struct http_answer {
  int status = 0;
  std::string body; ///< decoded
  std::string location;
  std::string content_type;
  std::string product;                    ///< X-Elastic-Product
  std::string etag;                       ///< as it came, with its quotes
  std::optional<duration> retry_after;    ///< that it asks to wait
  std::size_t endpoint = 0;               ///< which one answered

  auto is_success() const -> bool { return status >= 200 && status < 300; }
};

struct http_failure {
  bool is_sent = false; ///< the server may have done what was asked; false: it never had it, safe to send elsewhere
  std::string what;     ///< names the endpoint; has no secret in it
};

using http_outcome = std::variant<http_answer, http_failure>;

/// One thread's; it blocks. A request that did not reach one endpoint goes to the next; one that may have reached it
/// is never sent again. Redirects are the caller's. Certificates are read at each new connection.
class http_client {
public:
  http_client(http_client_settings settings, const class clock& clock);
  ~http_client();
  http_client(const http_client&) = delete;
  auto operator=(const http_client&) -> http_client& = delete;

  auto send(const http_request& request) -> http_outcome;
  /// Closes what is kept.
  void close();
  auto endpoint_count() const -> std::size_t { return choice_.size(); }
  auto endpoint_name(std::size_t number) const -> const std::string& { return choice_.name(number); }

private:
  struct connection;
  auto send_to(std::size_t endpoint, const http_request& request, std::string_view body) -> http_outcome;
  auto is_at_endpoint(std::string_view url) const -> bool;
  auto encoded(const http_request& request) -> result<std::string_view>;

  http_client_settings settings_;
  const class clock& clock_;
  endpoint_choice choice_;
  std::string authorization_; ///< the header's line; empty: none
  std::unique_ptr<connection> connection_;
  byte_buffer encoded_;
};

/// The first bytes of an answer's body in one line, for an error.
auto excerpt_of(std::string_view body) -> std::string;
/// Scheme, host and port of a URL: what may be shown of it.
auto origin_of_url(std::string_view url) -> std::string;
/// Whether this libcurl can do SPNEGO.
auto can_negotiate() -> bool;
/// One name of a path or a query, with all but letters, digits and -._~ as %XX.
auto percent_encoded_name(std::string_view name) -> std::string;

} // namespace weir
