/// What it costs a node that somebody looks at it.
#pragma once

#include "tests/bench/trials.hpp"

namespace weir::bench {

/// Ten looks a second at a node at full speed, in every other stretch of one run, against those between; and the
/// CPU of one look.
auto run_observed(const workspace& at) -> result<std::vector<figure>>;

} // namespace weir::bench
