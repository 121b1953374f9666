/// The names that a certificate is good for: whoever has its key may use every one of them.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <vector>

namespace weir::certs {

inline constexpr std::size_t name_bytes_max = 253; ///< of DNS, RFC 1035 section 2.3.4 without root and lengths

struct certificate_names {
  std::vector<std::string> hosts;     ///< as DNS; that of the node is the first
  std::vector<std::string> addresses; ///< as inet_ntop() writes them
  auto operator==(const certificate_names&) const -> bool = default;
};

/// Letters, digits, "_", "." and "-", or "*." before two labels and more of letters, digits and "-": RFC 6125
/// section 6.4.3 knows no other wildcard, and OpenSSL takes none before a single label. errc::rejected.
auto check_name(const std::string& name) -> result<void>;
auto is_address(const std::string& text) -> bool;
/// Where it belongs, once. errc::rejected: neither an address nor a name.
auto add_host(certificate_names& to, const std::string& host) -> result<void>;

} // namespace weir::certs
