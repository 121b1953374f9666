/// Assertions for our own invariants; they stay on in release builds.
#pragma once

namespace weir {

/// Prints the broken condition with its place to stderr and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

} // namespace weir

#define WEIR_ASSERT(condition)                                                                               \
  (static_cast<bool>(condition) ? void(0) : ::weir::assertion_failed(#condition, __FILE__, __LINE__))
