/// What it costs a node that somebody looks at it.
#pragma once

#include "tests/bench/trials.hpp"

namespace weir::bench {

/// Ten looks a second at a node at full speed, in every other stretch of one run, against those between; and the
/// CPU of one look.
auto run_observed(const workspace& at) -> result<std::vector<figure>>;

/// The same of one with a tap at its sink that is asked ten times a second.
auto run_tapped(const workspace& at) -> result<std::vector<figure>>;

/// The same of three nodes of which one has a console that is open in a browser; and what it costs if nobody looks.
auto run_viewed(const workspace& at) -> result<std::vector<figure>>;

} // namespace weir::bench
