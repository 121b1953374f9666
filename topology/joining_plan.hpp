/// How nodes find each other that the file does not name, and how they know each other.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/cluster/seed.hpp"
#include "runtime/net/address.hpp"
#include "runtime/net/tls.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weir {

/// Under cluster: allow:.
struct class_rights {
  std::string name;                ///< of the class
  std::vector<std::string> nodes; ///< patterns of the names of nodes that may run as it; empty: any
  bool may_observe = false;
  bool may_operate = false;
};

struct joining_plan {
  std::optional<host_port> listen;    ///< of nodes that serve and are not under nodes:; port 0: any; host *: all addresses
  std::optional<host_port> advertise; ///< where others reach this node
  std::vector<seed> seeds;
  std::string zone;
  duration heartbeat = std::chrono::seconds{1};
  duration down_after = std::chrono::seconds{5};

  std::optional<net::tls_settings> tls; ///< paths may have {node}
  std::optional<std::vector<class_rights>> allow; ///< of the file, if it says so

  auto is_open() const -> bool { return listen.has_value() || !seeds.empty(); }
};

} // namespace weir
