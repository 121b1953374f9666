/// Reads what is left of a file whose device cannot read all of it any more.
#pragma once

#include "runtime/os/file_system.hpp"

#include <memory>

namespace weir {

/// The file with zeros for the pages that cannot be read: only for what would be given up otherwise, and only
/// for reading.
auto salvaged(std::shared_ptr<file> from) -> std::shared_ptr<file>;

} // namespace weir
