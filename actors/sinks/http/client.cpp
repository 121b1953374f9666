#include "actors/sinks/http/client.hpp"

#include "runtime/codec/base64.hpp"
#include "runtime/os/random.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <new>

namespace weir {
namespace {

/// Smaller ones go as they are.
constexpr auto compressed_from_bytes = std::size_t{512};
/// The fastest: the way to a store is mostly wider than what a core compresses well.
constexpr auto gzip_level = 1;
/// So that changed certificates and addresses are seen by connections that never fail, too.
constexpr auto connection_age_max_s = 600L;

auto names_of_endpoints(const std::vector<http_endpoint>& all) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& e : all) names.push_back(e.text());
  return names;
}

auto authorization_of(const http_client_settings& s) -> std::string {
  const auto& token = s.auth.token.value;
  if (!s.auth.user.empty()) return "Authorization: Basic " + to_base64(s.auth.user + ':' + s.auth.password.value);
  if (token.empty()) return {};
  if (!s.token_header.empty()) return s.token_header + ": " + token;
  return "Authorization: " + (token.find(' ') == std::string::npos ? s.token_scheme + ' ' : std::string{}) + token;
}

/// What curl says begins with a capital letter, mostly.
auto in_a_sentence(std::string text) -> std::string {
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0)
    text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  return text;
}

/// Whether it failed before there was a connection that a request could be sent on.
auto is_before_sending(CURLcode code) -> bool {
  switch (code) {
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_CONNECT:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_PROXY:
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL: return true;
  default: return false;
  }
}

struct header_list {
  curl_slist* first = nullptr;
  header_list() = default;
  header_list(const header_list&) = delete;
  auto operator=(const header_list&) -> header_list& = delete;
  ~header_list() { curl_slist_free_all(first); }
  void add(const std::string& line) {
    auto* longer = curl_slist_append(first, line.c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    first = longer;
  }
};

auto in_brackets(const std::string& host) -> std::string {
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

} // namespace

/// One handle, and what a request is made of while it is under way.
struct http_client::connection {
  CURL* handle = nullptr;
  std::string_view left;      ///< of the body
  std::string answer;
  std::size_t answer_bytes_max = 0;
  bool is_too_long = false;
  char problem[CURL_ERROR_SIZE] = {};

  connection() {
    static const auto is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    handle = is_ready ? curl_easy_init() : nullptr;
    if (handle == nullptr) throw std::bad_alloc{};
  }
  ~connection() { curl_easy_cleanup(handle); }
  connection(const connection&) = delete;
  auto operator=(const connection&) -> connection& = delete;

  template <class Value> void set(CURLoption option, Value value) { curl_easy_setopt(handle, option, value); }
  template <class Value> auto info(CURLINFO what, Value initial) -> Value {
    curl_easy_getinfo(handle, what, &initial);
    return initial;
  }

  void begin(std::string_view body, std::size_t bytes_max);
  void set_method(const http_request& request);
  void set_timeouts(const store_timeouts& t);
  void set_tls(const store_tls& tls);
  /// `wanted` lives as long as the connection.
  void set_authority(const certificate_hash& wanted);
  void set_negotiation();
  /// Connects to the endpoint, whatever name its certificate must have.
  void set_address(const http_endpoint& to, const std::string& server_name, std::string_view path, header_list& headers);
  auto header(const char* name) -> std::string;
  auto take_answer(std::size_t endpoint) -> http_answer;
  auto failure(CURLcode code, const std::string& endpoint) -> http_failure;

  static auto give(char* to, std::size_t size, std::size_t count, void* self) -> std::size_t;
  static auto take(char* from, std::size_t size, std::size_t count, void* self) -> std::size_t;
};

auto http_client::connection::give(char* to, std::size_t size, std::size_t count, void* self) -> std::size_t {
  auto& left = static_cast<connection*>(self)->left;
  const auto bytes = std::min(size * count, left.size());
  left.copy(to, bytes);
  left.remove_prefix(bytes);
  return bytes;
}

auto http_client::connection::take(char* from, std::size_t size, std::size_t count, void* self) -> std::size_t {
  auto& c = *static_cast<connection*>(self);
  const auto bytes = size * count;
  c.is_too_long = c.answer.size() + bytes > c.answer_bytes_max;
  if (c.is_too_long) return 0;
  c.answer.append(from, bytes);
  return bytes;
}

void http_client::connection::begin(std::string_view body, std::size_t bytes_max) {
  curl_easy_reset(handle); // keeps what is connected
  left = body;
  answer.clear();
  answer_bytes_max = bytes_max;
  is_too_long = false;
  problem[0] = '\0';
  set(CURLOPT_ERRORBUFFER, problem);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_USERAGENT, "weir");
  set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
  set(CURLOPT_ACCEPT_ENCODING, "");
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_MAXLIFETIME_CONN, connection_age_max_s);
  set(CURLOPT_WRITEFUNCTION, &connection::take);
  set(CURLOPT_WRITEDATA, this);
  // Without a function to rewind with, curl sends no body again by itself on another connection.
  set(CURLOPT_READFUNCTION, &connection::give);
  set(CURLOPT_READDATA, this);
}

void http_client::connection::set_method(const http_request& request) {
  const auto method = std::string{request.method};
  if (method == "HEAD") return set(CURLOPT_NOBODY, 1L);
  if (left.empty() && method != "POST" && method != "PUT") {
    set(CURLOPT_HTTPGET, 1L);
  } else {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(left.size()));
  }
  set(CURLOPT_CUSTOMREQUEST, method.c_str());
}

void http_client::connection::set_timeouts(const store_timeouts& t) {
  const auto ms = [](duration d) { return static_cast<long>(std::max<std::int64_t>(d.count() / 1'000'000, 1)); };
  set(CURLOPT_CONNECTTIMEOUT_MS, ms(t.connect));
  set(CURLOPT_TIMEOUT_MS, ms(t.connect + t.request));
}

void http_client::connection::set_tls(const store_tls& tls) {
  if (!tls.ca.empty()) set(CURLOPT_CAINFO, tls.ca.c_str());
  if (!tls.certificate.empty()) {
    set(CURLOPT_SSLCERT, tls.certificate.c_str());
    set(CURLOPT_SSLKEY, tls.key.c_str());
  }
  set(CURLOPT_SSL_VERIFYPEER, tls.verify == store_verify::none ? 0L : 1L);
  set(CURLOPT_SSL_VERIFYHOST, tls.verify == store_verify::full ? 2L : 0L);
  // Whom to trust is read and judged anew by each connection.
  set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);
}

void http_client::connection::set_authority(const certificate_hash& wanted) {
  set(CURLOPT_SSL_CTX_FUNCTION, +[](CURL*, void* context, void* hash) {
    trust_only(context, *static_cast<const certificate_hash*>(hash));
    return CURLE_OK;
  });
  set(CURLOPT_SSL_CTX_DATA, &wanted);
}

void http_client::connection::set_negotiation() {
  set(CURLOPT_HTTPAUTH, CURLAUTH_NEGOTIATE);
  set(CURLOPT_USERPWD, ":"); // who it is says the ticket
}

void http_client::connection::set_address(const http_endpoint& to, const std::string& server_name, std::string_view path,
                                          header_list& headers) {
  if (!to.is_encrypted || server_name.empty()) return set(CURLOPT_URL, (to.text() + std::string{path}).c_str());
  const auto named = http_endpoint{true, {server_name, to.at.port}, to.prefix};
  set(CURLOPT_URL, (named.text() + std::string{path}).c_str());
  headers.add("Host: " + to_text(to.at));
}

auto http_client::connection::header(const char* name) -> std::string {
  curl_header* found = nullptr;
  return curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
}

auto http_client::connection::take_answer(std::size_t endpoint) -> http_answer {
  auto made = http_answer{};
  made.status = static_cast<int>(info(CURLINFO_RESPONSE_CODE, 0L));
  made.endpoint = endpoint;
  made.body = std::move(answer);
  made.location = header("Location");
  made.content_type = header("Content-Type");
  made.product = header("X-Elastic-Product");
  made.etag = header("ETag");
  if (const auto seconds = info(CURLINFO_RETRY_AFTER, curl_off_t{0}); seconds > 0)
    made.retry_after = std::chrono::seconds{seconds};
  return made;
}

auto http_client::connection::failure(CURLcode code, const std::string& endpoint) -> http_failure {
  if (is_too_long)
    return {true, endpoint + " answered with more than " + to_text(byte_count{answer_bytes_max})};
  const auto is_sent = !is_before_sending(code) && info(CURLINFO_REQUEST_SIZE, 0L) > 0;
  const auto why = in_a_sentence(problem[0] == '\0' ? curl_easy_strerror(code) : problem);
  return {is_sent, (is_sent ? "no whole answer from " : "cannot reach ") + endpoint + ": " + why};
}

auto http_client_settings_of(const http_settings& s, std::vector<http_endpoint> endpoints) -> http_client_settings {
  auto made = http_client_settings{};
  made.endpoints = std::move(endpoints);
  made.timeout = s.timeout;
  made.tls = s.tls;
  made.auth = s.auth;
  made.proxy = s.proxy.value;
  return made;
}

http_client::http_client(http_client_settings settings, const class clock& clock)
    : settings_(std::move(settings)), clock_(clock), choice_(names_of_endpoints(settings_.endpoints), settings_.order),
      authorization_(authorization_of(settings_)) {}

http_client::~http_client() = default;

void http_client::close() { connection_.reset(); }

auto http_client::encoded(const http_request& request) -> result<std::string_view> {
  if (request.compress == compression::none || request.body.size() < compressed_from_bytes) return request.body;
  encoded_.clear();
  WEIR_CHECK(compress(request.compress, request.body, encoded_, request.compress == compression::gzip ? gzip_level : 0));
  return encoded_.view();
}

auto http_client::send(const http_request& request) -> http_outcome {
  const auto body = encoded(request);
  if (!body) return http_failure{false, "cannot compress the request: " + body.failure().what};
  if (!request.url.empty()) return send_to(request.endpoint.value_or(0), request, *body);
  auto last = http_failure{};
  for (auto left = request.endpoint ? std::size_t{1} : choice_.size(); left > 0; --left) {
    const auto at = request.endpoint ? *request.endpoint : choice_.next(clock_.monotonic());
    auto outcome = send_to(at, request, *body);
    if (std::holds_alternative<http_answer>(outcome)) return choice_.worked(at), outcome;
    last = std::move(std::get<http_failure>(outcome));
    choice_.failed(at, clock_.monotonic(), random_id());
    if (last.is_sent) break;
  }
  return last;
}

auto http_client::is_at_endpoint(std::string_view url) const -> bool {
  return std::any_of(settings_.endpoints.begin(), settings_.endpoints.end(), [&](const auto& e) {
    const auto origin = origin_of_url(e.text());
    return url.starts_with(origin) && url.substr(origin.size()).starts_with('/');
  });
}

auto http_client::send_to(std::size_t endpoint, const http_request& request, std::string_view body) -> http_outcome {
  if (!connection_) connection_ = std::make_unique<connection>();
  auto& c = *connection_;
  const auto& to = settings_.endpoints[endpoint];
  const auto server_name = settings_.tls ? settings_.tls->server_name : std::string{};
  auto headers = header_list{};
  auto connect_to = header_list{};
  c.begin(body, settings_.answer_bytes_max);
  const auto is_elsewhere = !request.url.empty();
  const auto is_known = !is_elsewhere || is_at_endpoint(request.url);
  if (is_elsewhere)
    c.set(CURLOPT_URL, std::string{request.url}.c_str());
  else
    c.set_address(to, server_name, request.path, headers);
  if (!is_elsewhere && to.is_encrypted && !server_name.empty()) {
    connect_to.add(in_brackets(server_name) + ':' + std::to_string(to.at.port) + ':' + to_text(to.at));
    c.set(CURLOPT_CONNECT_TO, connect_to.first);
  }
  c.set_method(request);
  c.set_timeouts(settings_.timeout);
  c.set_tls(settings_.tls.value_or(store_tls{}));
  if (settings_.authority) c.set_authority(*settings_.authority);
  c.set(CURLOPT_PROXY, settings_.proxy.c_str());
  headers.add("Expect:"); // no second of waiting before a large body
  headers.add("Content-Type:" + (request.content_type.empty() ? std::string{} : ' ' + std::string{request.content_type}));
  if (is_known && settings_.negotiate) c.set_negotiation();
  if (is_known && !settings_.negotiate && !authorization_.empty()) headers.add(authorization_);
  if (body.data() != request.body.data())
    headers.add(request.compress == compression::gzip ? "Content-Encoding: gzip" : "Content-Encoding: zstd");
  for (const auto& line : request.headers) headers.add(line);
  c.set(CURLOPT_HTTPHEADER, headers.first);
  const auto code = curl_easy_perform(c.handle);
  if (code != CURLE_OK) return c.failure(code, is_elsewhere ? origin_of_url(request.url) : choice_.name(endpoint));
  return c.take_answer(endpoint);
}

auto excerpt_of(std::string_view body) -> std::string {
  constexpr auto bytes_max = std::size_t{200};
  auto text = std::string{body.substr(0, bytes_max)};
  for (auto& byte : text)
    if (std::iscntrl(static_cast<unsigned char>(byte)) != 0) byte = ' ';
  return body.size() > bytes_max ? text + "..." : text;
}

auto origin_of_url(std::string_view url) -> std::string {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto end = url.find_first_of("/?#", host);
  const auto whole = url.substr(0, end);
  const auto at = whole.rfind('@');
  if (at == std::string_view::npos || at < host) return std::string{whole};
  return std::string{whole.substr(0, host)} + std::string{whole.substr(at + 1)};
}

auto can_negotiate() -> bool { return (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_SPNEGO) != 0; }

auto percent_encoded_name(std::string_view name) -> std::string {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto out = std::string{};
  for (const auto byte : name) {
    const auto code = static_cast<unsigned char>(byte);
    if (std::isalnum(code) != 0 || std::string_view{"-._~"}.find(byte) != std::string_view::npos)
      out += byte;
    else
      (out += '%') += {digits[code >> 4U], digits[code & 15U]};
  }
  return out;
}

} // namespace weir
