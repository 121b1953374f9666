/// Parts of paths, and directories that outlive a power cut.
#pragma once

#include "runtime/os/file_system.hpp"

#include <string>

namespace weir {

/// "." of a bare name.
auto directory_of(const std::string& path) -> std::string;
auto name_of(const std::string& path) -> std::string;

/// Makes a directory and those above it; brings what is new to the device if it is to be durable.
auto make_directories(file_system& files, const std::string& directory, bool durable) -> result<void>;

} // namespace weir
