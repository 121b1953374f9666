/// What a sender tells of its links, now and then.
#pragma once

#include "runtime/flow/fan_out.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace weir {

struct told_links {
  std::vector<link_figures> links;
  std::uint64_t left_out = 0;
  std::uint64_t edition = 0; ///< another one whenever they are others

  /// As the outlets are now. True: they are others than the last time.
  auto look(const fan_out& at) -> bool {
    auto now = std::vector<link_figures>{};
    left_out = 0;
    for (const auto& out : at.outlets())
      for (const auto& p : out.peers())
        if (now.size() < links_told_max)
          now.push_back({p.address, p.credit_bytes(), p.in_flight_bytes, p.sent_chunks});
        else
          ++left_out;
    if (now == links) return false;
    links = std::move(now);
    ++edition;
    return true;
  }
};

} // namespace weir
