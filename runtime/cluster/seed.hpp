/// Where a node that is new finds one that is there.
//
//  seed := host:port | dns+a://name:port | dns+srv://name | file://path
//
// dns+a is every address of a name (A and AAAA records), dns+srv every target of an SRV record (RFC 2782) with its port,
// file a text file of one seed a line (# begins a comment), which may change.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/net/address.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct seed {
  enum class kind { address, dns_a, dns_srv, file };
  kind is = kind::address;
  std::string name; ///< host, domain or path
  std::uint16_t port = 0;
};

/// Malformed: says what was expected, and what was found.
auto parse_seed(std::string_view text) -> result<seed>;
auto to_text(const seed& s) -> std::string;

/// Looks it up now; blocks. In an order that spreads those who ask over what there is. Unavailable: nothing was found, and
/// why; of a file also if a line of it is wrong.
auto resolve(const seed& s) -> result<std::vector<host_port>>;

} // namespace weir
