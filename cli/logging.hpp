/// Sets up the program's own log on stderr.
#pragma once

#include "cli/tell/log_ring.hpp"
#include "cli/terminal_block.hpp"

#include <array>
#include <memory>
#include <string>

namespace weir::cli {

struct log_options {
  std::string level = "info";            ///< one of log_levels
  bool json = false;                     ///< one JSON object a line instead of text
  std::shared_ptr<terminal_block> above; ///< lines go above this block, if stderr is a terminal too
};

inline constexpr auto log_levels = std::array{"trace", "debug", "info", "warn", "error", "critical", "off"};

/// Returns where the last lines are kept.
auto set_up_logging(const log_options& options) -> std::shared_ptr<const log_ring>;

} // namespace weir::cli
