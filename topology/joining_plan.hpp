/// How nodes find each other that the file does not name.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/cluster/seed.hpp"
#include "runtime/net/address.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weir {

struct joining_plan {
  std::optional<host_port> listen;    ///< of nodes that serve and are not under nodes:; port 0: any; host *: all addresses
  std::optional<host_port> advertise; ///< where others reach this node
  std::vector<seed> seeds;
  std::string zone;
  duration heartbeat = std::chrono::seconds{1};
  duration down_after = std::chrono::seconds{5};

  auto is_open() const -> bool { return listen.has_value() || !seeds.empty(); }
};

} // namespace weir
