/// Waiting times between tries: exponential with full jitter, capped.
#pragma once

#include "runtime/base/units.hpp"

#include <cstdint>

namespace weir {

struct backoff_settings {
  duration first = std::chrono::seconds{1};
  duration max = std::chrono::seconds{60};
};

/// How long to wait after `failures` (1, 2, …) in a row: random in (0, min(max, first * 2^(failures-1))],
/// at least a tenth of that, so that a broken store is not hammered. `random` is any 64 random bits.
auto backoff_delay(const backoff_settings& settings, std::uint32_t failures, std::uint64_t random)
    -> duration;

} // namespace weir
