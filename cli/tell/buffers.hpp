/// What a node tells of its disk buffers.
#pragma once

#include "cli/run/reloads.hpp"
#include "cli/tell/question.hpp"

namespace weir::cli {

/// "buffers": which there are; "buffers/COMPONENT?chunks=yes": what `weir buffer ls --json` says of each instance.
auto tell_buffers(const reloads& of, const question& what) -> result<std::string>;

} // namespace weir::cli
