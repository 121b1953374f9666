/// How an actor ends when something fails: once logged, with a reason its supervisor understands.
#pragma once

#include "runtime/base/result.hpp"

#include <caf/all.hpp>

#include <functional>
#include <string>

namespace weir {

enum class failure : std::uint8_t {
  retry = 1, ///< restart it, with back-off
  fatal = 2, ///< restarting cannot help: end the process
};

/// Exit reason with the failure's kind and its sentence.
auto failure_reason(failure kind, const std::string& sentence) -> caf::error;
/// The sentence inside a reason, for status; CAF's own words for reasons that are not ours.
auto failure_text(const caf::actor_system& system, const caf::error& reason) -> std::string;
auto is_fatal(const caf::error& reason) -> bool;

/// Ends the actor with "address: sentence"; logs it unless the failure is fatal.
void fail(caf::event_based_actor* self, const std::string& address, const error& e, failure kind);
/// Exceptions out of any handler are logged once with the address and end the actor.
void end_on_exceptions(caf::event_based_actor* self, const std::string& address);

/// For those that no supervisor restarts: exceptions end the actor with "its NAME failed: sentence". Nothing is logged:
/// whoever ends the node says that.
void end_node_on_exceptions(caf::scheduled_actor* self, const std::string& name);
/// Calls `on_failed`, also if it is too late, when such an actor ends without having been asked to.
void end_node_with(caf::abstract_actor& who, std::string name, std::function<void(const std::string&)> on_failed);

} // namespace weir
