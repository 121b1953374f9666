/// Parts of paths, what may be written, and directories that outlive a power cut.
#pragma once

#include "runtime/os/file_system.hpp"

#include <string>

namespace weir {

/// "/a/b" -> "/a"; "/b" -> "/"; "b" -> ".".
auto directory_of(const std::string& path) -> std::string;
auto name_of(const std::string& path) -> std::string;

/// Makes a directory and those above it; brings what is new to the device if it is to be durable.
auto make_directories(file_system& files, const std::string& directory, bool durable) -> result<void>;

/// Whether a file of this path can be made or written by this process now; changes nothing.
auto check_writable(const std::string& path) -> result<void>;

} // namespace weir
