/// Who is at the other end of a connection.
#pragma once

#include "runtime/net/ip_network.hpp"

#include <string>

namespace weir {

struct client_peer {
  std::string text;     ///< for messages: 10.1.2.3:4567 or unix:/path
  std::string address;  ///< for records: 10.1.2.3, empty on unix sockets
  std::string hostname; ///< for records, where wanted
  bool is_ip = false;
  net::ip_bytes bytes{};
};

/// The name of an address, or the address where it has none. Asks the resolver, and waits for it.
auto lookup_hostname(const client_peer& peer) -> std::string;

} // namespace weir
