/// What a tail says of the files that it follows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir {

struct tailed_figures {
  std::string path;               ///< the last one, if it has none any more
  std::uint64_t offset = 0;       ///< read up to here
  std::uint64_t size = 0;         ///< as of the last look
  std::uint64_t unread_bytes = 0; ///< what of it is still to be read
  std::int64_t read_ns = 0;       ///< wall clock when the last bytes of it were read; 0: none yet
  std::string problem;            ///< why it cannot be read; empty: it can
};

struct tail_figures {
  std::vector<tailed_figures> shown; ///< those with a problem, then those with most unread bytes
  std::uint64_t count = 0;           ///< of all files
  std::uint64_t unread_bytes = 0;    ///< of all files
};

} // namespace weir
