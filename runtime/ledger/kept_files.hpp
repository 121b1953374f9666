/// Which files a file sink keeps of those that it wrote: as long, and as much of them, as it is told to.
#pragma once

#include "runtime/base/units.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weir {

struct kept_limits {
  duration age{0};         ///< a file that nothing was written to for so long goes; 0: none does
  std::uint64_t bytes = 0; ///< of all files; 0: any
  auto any() const -> bool { return age > duration{0} || bytes > 0; }
};

/// How often to look, so that a limit is kept about as well as it is meant.
auto interval_of(const kept_limits& limits) -> duration;

struct kept_file {
  std::string path;
  std::uint64_t bytes = 0;
  std::int64_t written_ns = 0; ///< wall clock, when something was written last
  bool is_in_use = false;      ///< counts, and stays
};

struct files_to_go {
  std::vector<kept_file> too_old;
  std::vector<kept_file> too_much; ///< the oldest of the others, until the rest is within `bytes`
};

/// Both the oldest first.
auto beyond(const kept_limits& limits, std::vector<kept_file> all, std::int64_t now_ns) -> files_to_go;

} // namespace weir
