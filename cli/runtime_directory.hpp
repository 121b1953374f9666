/// Where running nodes of this machine keep their control sockets.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// $WEIR_RUNTIME_DIR, else $XDG_RUNTIME_DIR/weir if that is ours, else /run/weir if it is there and writable, else
/// /tmp/weir-UID. Made, with mode 0700, if it is missing. An error if it belongs to somebody else or
/// others may write to it.
auto make_runtime_directory() -> result<std::string>;

/// `<cluster>.<node>.sock`; an error if that is too long for the address of a socket.
auto socket_path(const std::string& directory, std::string_view cluster, std::string_view node)
    -> result<std::string>;

struct running_node {
  std::string name; ///< cluster.node
  std::string path; ///< of its socket
};
/// Why directories above that are there are not looked into.
auto unusable_directories() -> std::vector<std::string>;

/// Nodes that answer, of every directory above that is there; sockets that nobody serves are removed.
auto running_nodes() -> std::vector<running_node>;

} // namespace weir::cli
