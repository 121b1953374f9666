/// What a node tells of its own log.
#pragma once

#include "cli/tell/log_ring.hpp"
#include "cli/tell/question.hpp"

namespace weir::cli {

/// "logs?since=NUMBER&level=&text=&limit=": {"entries": [{"seq", "at", "level", "text"}], "first", "next"}; with as=text
/// NEXT on a line, then the lines.
auto tell_logs(const log_ring& of, const question& what) -> result<std::string>;

/// "log-level" tells it, "log-level?level=debug" sets it for the whole process.
auto tell_log_level(const question& what, const std::string& by) -> result<std::string>;

} // namespace weir::cli
