/// Carries out a difference between plans on the actors of a node, or leaves all as it was: its start, changes, its end.
#pragma once

#include "actors/system/guardian.hpp"
#include "topology/builder/builder.hpp"
#include "topology/reload_steps.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace weir {

struct reload_settings {
  std::vector<std::string> classes; ///< of the node
  build_context build;
  guardian_actor guardian;
  /// Called when all that is new is there, before any of it begins to read; its error takes all back. Empty: nothing is to
  /// be done then.
  std::function<result<void>()> open_doors = {};
  bool discards = false; ///< what is left for those that go is dropped instead of waited for
  std::chrono::nanoseconds patience{}; ///< with what is to be passed on
  const std::atomic<bool>* is_over = nullptr; ///< once it is true, there is none left
};

struct reload_outcome {
  std::vector<std::string> notes; ///< what people should know although it is done
};

/// Blocks until it is done; what is drained is only told so. An error says why nothing is changed, or that something is
/// that could not be put back.
auto reload_actors(caf::actor_system& system, const topology_plan& running, const topology_plan& wanted,
                   const reload_settings& settings) -> result<reload_outcome>;

} // namespace weir
