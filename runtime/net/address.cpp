#include "runtime/net/address.hpp"

#include <charconv>

namespace weir {

auto parse_host_port(std::string_view text) -> result<host_port> {
  const auto wrong = [&](std::string_view wanted) {
    return error{errc::malformed, "wants " + std::string{wanted} + ", not \"" + std::string{text} + '"'};
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("host:port");
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return wrong("host:port, an IPv6 address in brackets");
  if (host.empty() || host.find_first_of(" \t/[]\"'") != std::string_view::npos) return wrong("host:port");
  auto port = 0U;
  const auto [rest, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (ec != std::errc{} || rest != digits.data() + digits.size() || port == 0 || port > 65535)
    return wrong("host:port with a port from 1 to 65535");
  return host_port{std::string{host}, static_cast<std::uint16_t>(port)};
}

auto to_text(const host_port& at) -> std::string {
  const auto is_v6 = at.host.find(':') != std::string::npos;
  return (is_v6 ? '[' + at.host + ']' : at.host) + ':' + std::to_string(at.port);
}

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
