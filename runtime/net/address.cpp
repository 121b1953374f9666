#include "runtime/net/address.hpp"

#include <boost/asio/ip/address_v6.hpp>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include <charconv>
#include <memory>
#include <optional>

namespace weir {
namespace {

constexpr auto unix_path_bytes_max = std::size_t{107};

struct c_text_free {
  void operator()(char* text) const { OPENSSL_free(text); }
};
using c_text = std::unique_ptr<char, c_text_free>;

auto text_of(const c_text& from, const char* otherwise) -> std::string { return from ? from.get() : otherwise; }

struct host_and_port {
  std::string host; ///< * if there is none
  std::string port;
};

/// Nothing if it is not host:port.
auto split(std::string_view text) -> std::optional<host_and_port> {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  char* host = nullptr;
  char* port = nullptr;
  const auto is_split = BIO_parse_hostserv(std::string{text}.c_str(), &host, &port, BIO_PARSE_PRIO_HOST) == 1;
  const auto owners = std::pair{c_text{host}, c_text{port}};
  ERR_clear_error();
  const auto found = host_and_port{text_of(owners.first, "*"), text_of(owners.second, "")};
  if (!is_split || found.host.find_first_of(" \t/[]\"'") != std::string::npos) return std::nullopt;
  auto failed = boost::system::error_code{};
  if (text.starts_with('[')) boost::asio::ip::make_address_v6(found.host, failed);
  return failed ? std::nullopt : std::optional{found};
}

auto port_number(std::string_view digits) -> std::optional<std::uint16_t> {
  auto number = std::uint16_t{0};
  const auto [rest, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failed != std::errc{} || rest != digits.data() + digits.size()) return std::nullopt;
  return number;
}

} // namespace

auto parse_host_port(std::string_view text) -> result<host_port> {
  const auto wrong = [&](std::string_view wanted) {
    return error{errc::malformed, "wants " + std::string{wanted} + ", not \"" + std::string{text} + '"'};
  };
  const auto found = split(text);
  if (!found && text.find(':') != text.rfind(':')) return wrong("host:port, an IPv6 address in brackets");
  if (!found || found->port.empty() || text.starts_with(':')) return wrong("host:port");
  const auto port = port_number(found->port);
  if (!port || *port == 0) return wrong("host:port with a port from 1 to 65535");
  return host_port{found->host, *port};
}

auto parse_endpoint(std::string_view text) -> result<endpoint> {
  constexpr auto unix_scheme = std::string_view{"unix:"};
  const auto wrong = error{errc::malformed, "wants host:port or unix:/path, not \"" + std::string{text} + '"'};
  if (text.starts_with(unix_scheme)) {
    const auto path = text.substr(unix_scheme.size());
    if (path.empty() || path.size() > unix_path_bytes_max) return wrong;
    return endpoint{{}, std::string{path}};
  }
  const auto found = split(text);
  const auto port = found ? port_number(found->port) : std::nullopt;
  if (!port) return wrong;
  return endpoint{{found->host, *port}, {}};
}

auto parse_datagram_endpoint(std::string_view text) -> result<endpoint> {
  constexpr auto udp_scheme = std::string_view{"udp://"};
  constexpr auto unix_scheme = std::string_view{"unixgram:"};
  const auto is_unix = text.starts_with(unix_scheme);
  const auto rest = text.substr(is_unix ? unix_scheme.size() : std::min(udp_scheme.size(), text.size()));
  const auto at = parse_endpoint((is_unix ? "unix:" : "") + std::string{rest});
  if (!at || (!is_unix && (!text.starts_with(udp_scheme) || !at->path.empty())))
    return error{errc::malformed, "wants udp://host:port or unixgram:/path, not \"" + std::string{text} + '"'};
  return at;
}

auto to_text(const host_port& at) -> std::string {
  const auto is_v6 = at.host.find(':') != std::string::npos;
  return (is_v6 ? '[' + at.host + ']' : at.host) + ':' + std::to_string(at.port);
}

auto to_text(const endpoint& at) -> std::string { return at.path.empty() ? to_text(at.at) : "unix:" + at.path; }

auto is_loopback(std::string_view host) -> bool {
  return host.starts_with("127.") || host == "::1" || host == "localhost";
}

auto is_same_host(std::string_view a, std::string_view b) -> bool {
  const auto number_of = [](std::string_view host) {
    return host == "localhost" ? std::string_view{"127.0.0.1"} : host;
  };
  return number_of(a) == number_of(b);
}

auto is_wildcard(std::string_view host) -> bool { return host == "0.0.0.0" || host == "::" || host == "*"; }

} // namespace weir
