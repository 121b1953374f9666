/// How a membership goes about it, and what it bounds.
#pragma once

#include "runtime/base/units.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weir {

struct membership_settings {
  duration heartbeat = std::chrono::seconds{1};
  duration down_after = std::chrono::seconds{5};
  duration tombstone_age = std::chrono::hours{24}; ///< so long who is left or down is remembered
  double suspect_phi = 8;
  std::size_t members_max = 20'000;   ///< more are not taken, which is told
  std::size_t forgotten_max = 20'000; ///< of so many the last version is kept, so that no old news brings them back
  std::size_t changes_at_once = 8;    ///< of one member are taken as they come; from then on one in a heartbeat
  std::size_t spread = 3;           ///< news go to so many at a time
  std::uint64_t seed = 0;           ///< decides whom it talks to
};

} // namespace weir
