#include "runtime/certs/names.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

namespace weir::certs {
namespace {

auto is_letter_or_digit(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

auto refused(const std::string& name, const std::string& why) -> error {
  return {errc::rejected, '"' + name + "\" " + why};
}

/// Written the one way.
auto address_of(const std::string& text) -> std::optional<std::string> {
  for (const auto family : {AF_INET, AF_INET6}) {
    unsigned char bytes[sizeof(in6_addr)];
    char shown[INET6_ADDRSTRLEN];
    if (::inet_pton(family, text.c_str(), bytes) == 1) return ::inet_ntop(family, bytes, shown, sizeof shown);
  }
  return std::nullopt;
}

auto check_wildcard(const std::string& name) -> result<void> {
  if (name.find('*', 1) != std::string::npos || !name.starts_with("*."))
    return refused(name, "has a \"*\" that is not its whole first label; wants a wildcard like \"*.edge.shop\"");
  if (std::count(name.begin(), name.end(), '.') < 2)
    return refused(name, "wants two labels at least behind its \"*\", as in \"*.edge.shop\"");
  if (name.find('_') != std::string::npos) return refused(name, "is a wildcard, and so may have no \"_\"");
  return {};
}

} // namespace

auto check_name(const std::string& name) -> result<void> {
  if (name.empty()) return error{errc::rejected, "a name is empty"};
  if (name.size() > name_bytes_max)
    return error{errc::rejected, "a name has " + std::to_string(name.size()) + " bytes; wants "
                                     + std::to_string(name_bytes_max) + " at most"};
  const auto is_fit = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-' || c == '*'; };
  if (!std::all_of(name.begin(), name.end(), is_fit))
    return refused(name, "has a character that a name may not have; wants letters, digits, \"_\", \".\" and \"-\"");
  if (name.front() == '.' || name.back() == '.' || name.find("..") != std::string::npos)
    return refused(name, "has an empty part; wants something before and behind each \".\"");
  return name.find('*') == std::string::npos ? result<void>{} : check_wildcard(name);
}

auto is_address(const std::string& text) -> bool { return address_of(text).has_value(); }

auto add_host(certificate_names& to, const std::string& host) -> result<void> {
  const auto address = address_of(host);
  if (!address) WEIR_CHECK(check_name(host));
  auto& all = address ? to.addresses : to.hosts;
  const auto& name = address ? *address : host;
  if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  return {};
}

} // namespace weir::certs
