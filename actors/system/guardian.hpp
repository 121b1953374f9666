/// The root of a node's actors: one supervisor for each tier; its end is the end of the process.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/supervisor.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace weir {

struct guardian_settings {
  /// Sinks first: receivers are there before their senders.
  std::vector<supervisor_settings> tiers;
  caf::actor_addr directory;
  std::shared_ptr<board_registry> boards = {}; ///< where all actors show what they do
  /// Called in the guardian's thread when every child has finished, and when a tier gave up.
  std::function<void()> on_finished;
  std::function<void(const std::string& why)> on_failed;
};

struct guardian_state {
  static inline constexpr const char* name = "guardian";
  guardian_settings settings;
  std::vector<caf::actor> supervisors;
  std::map<std::string, std::set<std::string>> unfinished; ///< addresses, by component
};

/// Messages: drain_atom (all tiers).
auto guardian(caf::stateful_actor<guardian_state>* self, guardian_settings settings) -> caf::behavior;

} // namespace weir
