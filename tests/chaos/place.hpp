/// Where a node runs, and as what.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::chaos {

struct node_place {
  std::string name;
  std::string type;                          ///< its class
  std::vector<std::string> environment = {}; ///< NAME=VALUE
  std::string disk = {};                     ///< the folder that goes when its disk is destroyed; empty: it never is
  std::uint16_t listens = 0;                 ///< 0: nobody connects to it
  std::uint16_t reached = 0;                 ///< where others connect to, of a relay
  bool is_guest = false;                     ///< it joins now and then, and leaves
};

} // namespace weir::chaos
