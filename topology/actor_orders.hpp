/// What people have single actors of this node do, and what they ask them.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/guardian.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/units.hpp"

#include <map>
#include <string>
#include <vector>

namespace weir {

/// not_found: no actor runs there now; rejected: it is no sink. Blocks for seconds at most, as the next.
auto order_sink(caf::actor_system& system, const guardian_actor& of, const std::string& address, const sink_order& what)
    -> result<void>;
/// It ends as if it had failed, and its supervisor starts it again.
auto restart_actor(caf::actor_system& system, const guardian_actor& of, const std::string& address, const std::string& by)
    -> result<void>;

/// What receivers say of something, by address.
template <class Answer> using told_by_receiver = std::map<std::string, Answer>;

/// Asks these receivers what they have of a collector's streams, side by side; those that answer within `patience`.
auto ask_receivers(caf::actor_system& system, const guardian_actor& of, const std::vector<std::string>& addresses,
                   const ask_positions& what, duration patience) -> told_by_receiver<known_positions>;
/// The same of chunks: whether they have, or had, those.
auto ask_receivers(caf::actor_system& system, const guardian_actor& of, const std::vector<std::string>& addresses, const ask_had& what,
                   duration patience) -> told_by_receiver<known_had>;

} // namespace weir
