/// Files that are seen whole or not at all.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <vector>

namespace weir {

struct new_file {
  std::string path;
  std::string content;
  unsigned mode = 0644; ///< exactly, whatever the umask
};

/// Writes all of them beside their paths and brings them to the device; then each takes its path's place, in the
/// order given. An error before that leaves everything as it was; one in the midst says which path was not replaced,
/// and those before it were.
auto replace_files(const std::vector<new_file>& files) -> result<void>;

} // namespace weir
