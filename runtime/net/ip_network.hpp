/// Addresses of the internet in numbers, and networks of them.
#pragma once

#include "runtime/base/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::net {

/// An IPv4 address is held as ::ffff:a.b.c.d.
using ip_bytes = std::array<std::uint8_t, 16>;

struct ip_network {
  ip_bytes address{};
  unsigned prefix_bits = 128;
  auto contains(const ip_bytes& other) const -> bool;
};

/// "10.0.0.0/8", "fe80::/10" or a single address.
auto parse_network(std::string_view text) -> result<ip_network>;
/// All addresses of a name, or the address it is. Asks the resolver, and waits for it.
auto addresses_of(const std::string& host) -> result<std::vector<ip_network>>;
/// The name of an address; empty where it has none. Asks the resolver, and waits for it.
auto name_of(const ip_bytes& address) -> std::string;

} // namespace weir::net
