#include "actors/sinks/http/endpoint.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto what_is_wanted = std::string_view{"wants https://host:port"};

/// What may stand in a path without being encoded, and the percent sign of what is.
auto is_path_byte(char byte) -> bool {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || std::string_view{"/-._~%!$&'()*+,;=:"}.find(byte) != std::string_view::npos;
}

/// Whether digits stand behind the host's colon; an IPv6 address has colons of its own, and brackets.
auto has_port(std::string_view host) -> bool {
  const auto colon = host.rfind(':');
  return colon != std::string_view::npos && (host.front() != '[' || host[colon - 1] == ']');
}

} // namespace

auto http_endpoint::text() const -> std::string {
  return (is_encrypted ? "https://" : "http://") + to_text(at) + prefix;
}

auto parse_http_endpoint(std::string_view text, std::uint16_t port, bool tls) -> result<http_endpoint> {
  auto made = http_endpoint{tls, {}, {}};
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    made.is_encrypted = text.starts_with("https://");
    if (!made.is_encrypted && !text.starts_with("http://"))
      return error{errc::malformed, "\"" + std::string{text.substr(0, scheme)} + "\" is no scheme here; " + std::string{what_is_wanted}};
    text.remove_prefix(scheme + 3);
  }
  if (text.find('@') != std::string_view::npos)
    return error{errc::malformed, "a user and a password belong in \"auth\", not in the endpoint"};
  const auto slash = std::min(text.find('/'), text.size());
  auto path = text.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!std::all_of(path.begin(), path.end(), is_path_byte))
    return error{errc::malformed, "its path has what a path has not; " + std::string{what_is_wanted}};
  const auto host = text.substr(0, slash);
  if (host.empty()) return error{errc::malformed, "it names no host; " + std::string{what_is_wanted}};
  auto at = parse_host_port(has_port(host) ? std::string{host} : std::string{host} + ':' + std::to_string(port));
  if (!at) return error{errc::malformed, at.failure().what};
  made.at = std::move(*at);
  made.prefix = path;
  return made;
}

} // namespace weir
