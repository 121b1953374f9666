/// How an actor ends when something fails: once logged, with a reason its supervisor understands.
#pragma once

#include "runtime/base/result.hpp"

#include <caf/all.hpp>

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

} // namespace weir
