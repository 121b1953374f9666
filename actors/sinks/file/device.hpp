/// Devices and pipes that are written to as if they were files.
#pragma once

#include "runtime/os/file_system.hpp"

#include <memory>
#include <string>

namespace weir {

/// Whether the path leads to something that is neither a regular file nor a directory.
auto is_device(const std::string& path) -> bool;
/// Opens it if it is one; nothing otherwise. What it has taken cannot be taken back.
auto open_device(const std::string& path) -> result<std::shared_ptr<file>>;

} // namespace weir
