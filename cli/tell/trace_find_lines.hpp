/// Looks for a text in files from their ends on, however large they are.
#pragma once

#include "runtime/os/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

struct found_line {
  std::uint64_t offset = 0; ///< of its first byte
  std::string text;         ///< without its end; of a long one a part
};

struct found_lines {
  std::vector<found_line> lines;  ///< the last one first
  std::uint64_t left_bytes = 0;   ///< at the beginning of the file, that nobody looked at
  bool has_more = false;
};

struct line_wish {
  std::string_view text; ///< empty: every line
  std::size_t most = 20;
  std::uint64_t bytes_max = std::uint64_t{64} << 20; ///< from the end
  monotonic_time until = monotonic_time::max();
};

/// The last lines that have the text. Of a file that cannot be read none.
auto find_lines(const std::string& path, const line_wish& wanted) -> found_lines;

} // namespace weir::cli
