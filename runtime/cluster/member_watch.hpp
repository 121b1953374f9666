/// Those that a membership is linked to, and what it keeps of them.
#pragma once

#include "runtime/cluster/allowance.hpp"
#include "runtime/cluster/phi_detector.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace weir {

/// Who is at the other end of a link, as it was greeted.
struct greeted_node {
  std::string node;
  bool serves = false;           ///< as the topology lets it; of one that does not, only its own word about itself is heard
  std::uint64_t incarnation = 0; ///< of its run; 0: not said
  bool is_introduction = false;  ///< the link is for gossip alone: it has no pulses, so silence says nothing
};

/// Of a node that is linked, or was within `down_after`.
struct member_watch {
  explicit member_watch(const phi_detector& d) : detector(d) {}
  phi_detector detector;
  std::size_t links = 0;
  std::size_t pulsing = 0;         // of the links, those that have pulses
  bool is_broken = false;          // so the last of these ended
  bool is_suspect = false;
  bool is_judged = false;          // until it is heard
  bool is_gone = false;            // as the members say
  monotonic_time told;             // that it is down, itself
  monotonic_time unlinked;         // if links is 0
  monotonic_time returned;         // as others say, who hear it
  std::string returned_by;         // who of them; empty: it was heard here since
  std::uint64_t incarnation = 0;   // of the run that is linked, by its own word
  std::optional<monotonic_time> behind_since; // a run with a later clock is known and not linked
  bool is_other_judged = false;             // that other run: once
};
/// What one link may have of this node.
struct link_allowances {
  explicit link_allowances(duration heartbeat, monotonic_time now)
      : gossips({512, 64, heartbeat}, now), digests({4, 2, heartbeat}, now), members({8192, 4096, heartbeat}, now) {}
  allowance gossips; ///< that are read
  allowance digests; ///< that are answered
  allowance members; ///< that are sent in answers
  std::optional<monotonic_time> told; ///< that it wants more
};

} // namespace weir
