/// PATH/quarantine/: where bytes of a chunk log go that are not what they should be.
#pragma once

#include "runtime/log/recovery.hpp"
#include "runtime/os/file_system.hpp"

#include <string>

namespace weir {

/// Says it in the program's log, and copies the finding's bytes, if it has any, to
/// quarantine/<segment>-<offset>.bin. That copy failing is said, too, and changes nothing else.
void set_aside(file_system& files, const std::string& directory, const log_finding& finding);
/// Moves a whole file there.
void set_file_aside(file_system& files, const std::string& directory, const std::string& path);

} // namespace weir
