/// What a receiver's observation says of those who are linked to it.
#pragma once

#include "actors/observation.hpp"

#include <string>
#include <utility>
#include <vector>

namespace weir {

/// `all`: their addresses.
inline void tell_senders(observation& to, std::vector<std::string> all) {
  to.senders = std::move(all);
  if (to.senders.size() <= senders_told_max) return;
  to.senders_left_out = to.senders.size() - senders_told_max;
  to.senders.resize(senders_told_max);
}

} // namespace weir
