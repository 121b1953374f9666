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
  std::vector<supervisor_settings> tiers; ///< sinks first
  weak_handle<directory_actor> directory;
  std::shared_ptr<board_registry> boards = {}; ///< where all actors show what they do
  std::function<void()> on_finished;                      ///< called in its thread when every child has finished
  std::function<void(const std::string& why)> on_failed; ///< called in its supervisor's thread when a tier gave up
};

using guardian_actor = owner_actor::extend<
    caf::replies_to<supervisors_atom>::with<std::vector<supervisor_actor>> // sinks first
    >;

struct guardian_state {
  static inline constexpr const char* name = "guardian";
  guardian_settings settings;
  std::vector<supervisor_actor> supervisors;
  std::map<std::string, std::set<std::string>> unfinished; ///< addresses, by component
};

auto guardian(guardian_actor::stateful_pointer<guardian_state> self, guardian_settings settings)
    -> guardian_actor::behavior_type;

} // namespace weir
