/// Which files of a directory are the segments of one chunk log, and in which order they count.
#pragma once

#include "runtime/log/cursors.hpp"
#include "runtime/log/record_format.hpp"
#include "runtime/os/file_system.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct segment_file {
  std::uint64_t segment = 0;
  std::string path;
  std::uint64_t bytes = 0;
  std::optional<segment_header> header;       ///< none: damaged, or its making was not finished
  bool header_is_copy = false;                ///< the one in front is damaged, the snapshot has another
  std::uint64_t superseded_from = UINT64_MAX; ///< records from this number on count in a later segment
};

struct log_directory {
  std::uint64_t log_id = 0;
  std::vector<segment_file> segments; ///< in the order of making
  std::vector<std::string> foreign;
  std::uint64_t next_segment = 1;
  std::optional<cursor_file> cursors; ///< none: not there, or damaged
  std::string cursors_failure;        ///< why they are damaged
};

/// errc::rejected: of a newer version.
auto read_log_directory(file_system& files, const std::string& path) -> result<log_directory>;

} // namespace weir
