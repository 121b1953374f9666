/// Random numbers from the kernel: origins, links, jitter.
#pragma once

#include <cstdint>

namespace weir {

/// 64 random bits, never 0.
auto random_id() -> std::uint64_t;

} // namespace weir
