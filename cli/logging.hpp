/// Sets up the program's own log on stderr.
#pragma once

#include <array>
#include <string>

namespace weir::cli {

struct log_options {
  std::string level = "info"; ///< one of log_levels
  bool json = false;          ///< one JSON object a line instead of text
};

inline constexpr auto log_levels = std::array{"trace", "debug", "info", "warn", "error", "critical", "off"};

void set_up_logging(const log_options& options);

} // namespace weir::cli
