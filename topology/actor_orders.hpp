/// What people have single actors of this node do.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/guardian.hpp"
#include "runtime/base/result.hpp"

#include <string>

namespace weir {

/// not_found: no actor runs there now; rejected: it is no sink. Blocks for seconds at most, as the next.
auto order_sink(caf::actor_system& system, const guardian_actor& of, const std::string& address, const sink_order& what)
    -> result<void>;
/// It ends as if it had failed, and its supervisor starts it again.
auto restart_actor(caf::actor_system& system, const guardian_actor& of, const std::string& address, const std::string& by)
    -> result<void>;

} // namespace weir
