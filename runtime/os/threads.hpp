/// Threads of this process: how large they are, and whether they can be had.
#pragma once

#include "runtime/base/result.hpp"

#include <cstddef>

namespace weir {

/// Threads begun from now on have small stacks. Where addresses are limited (ulimit -v), the allocator gives
/// threads no heaps of their own either.
void limit_thread_stacks();

/// Whether so many threads can run at once: makes them, and ends them again.
auto try_threads(std::size_t count) -> result<void>;

} // namespace weir
