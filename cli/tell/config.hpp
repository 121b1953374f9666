/// What a node tells of the topology that it runs.
#pragma once

#include "cli/run/reloads.hpp"
#include "cli/tell/question.hpp"

namespace weir::cli {

/// {"path", "fingerprint", "changed_on_disk", "plan"}: the plan as `weir plan --format json` prints it. It has wiring, places
/// and guarantees, and no settings of plug-ins; so no secret can be in it.
auto tell_config(const reloads& of, const question& what) -> result<std::string>;

} // namespace weir::cli
