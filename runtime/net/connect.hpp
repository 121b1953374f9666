/// Connects to a port of another host, with a deadline.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/net/address.hpp"
#include "runtime/os/owned_fd.hpp"

namespace weir::net {

/// Tries each address of the host for `patience`. Blocks: for a thread that has nothing else to do. The look-up of
/// a name takes as long as the system lets it.
auto connect_to(const host_port& at, duration patience) -> result<owned_fd>;

} // namespace weir::net
