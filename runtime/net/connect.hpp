/// Connects to where somebody listens.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/net/address.hpp"
#include "runtime/os/owned_fd.hpp"

namespace weir::net {

/// Tries each address of the host for `patience`. Blocks: for a thread that has nothing else to do. The look-up of
/// a name takes as long as the system lets it.
auto connect_to(const host_port& at, duration patience) -> result<owned_fd>;
/// To a unix socket, at once or not at all.
auto connect_to_path(const std::string& path) -> result<owned_fd>;

} // namespace weir::net
