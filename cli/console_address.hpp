/// Where the console of a node of this machine is.
#pragma once

#include <string>

namespace weir::cli {

/// Beside the control socket: the file that has its address and a token, on a line each. It is there while the node runs.
auto console_note_of(const std::string& socket_path) -> std::string;

} // namespace weir::cli
