/// SRV records of the DNS (RFC 2782): asked for, decoded, put in order.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/net/address.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct srv_target {
  std::uint16_t priority = 0; ///< the lowest comes first
  std::uint16_t weight = 0;   ///< its share among those of the same priority
  host_port at;
};

/// Labels of 1 to 63 letters, digits, - and _ with dots between them, at most 253 bytes; a dot may end it.
auto is_dns_name(std::string_view name) -> bool;

/// Of a whole answer (RFC 1035 section 4). Total: any byte string is a valid argument. Records of other types are
/// passed over, and targets that nobody can dial (a name that no host has, port 0). Malformed: it is no answer. Not
/// found: it has no target; a single one of "." says that there is none.
auto decode_srv(std::string_view answer) -> result<std::vector<srv_target>>;

/// By priority; within one at random, by weight.
auto in_order(std::vector<srv_target> targets, std::mt19937_64& random) -> std::vector<host_port>;

/// Asks the system's name servers, or this one, an IPv4 address in numbers; blocks as long as the system's resolver
/// does. A name that no dot ends is looked for in the system's search domains, too, as is that of a host. Errors as of
/// decode_srv(), and unavailable.
auto look_up_srv(const std::string& name, const std::optional<host_port>& server = std::nullopt)
    -> result<std::vector<srv_target>>;

} // namespace weir
