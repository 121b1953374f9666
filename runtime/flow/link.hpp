/// Numbers the messages of one link in one direction, so that a lost or reordered one is noticed.
#pragma once

#include <cstdint>

namespace weir {

/// A link carries messages in order or not at all; whoever sees a gap closes it and opens a new one.
struct link_numbers {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;

  auto next() -> std::uint64_t { return ++sent; }
  /// False if a message is missing before this one, or if it came before.
  auto accept(std::uint64_t number) -> bool {
    if (number != received + 1) return false;
    received = number;
    return true;
  }
};

} // namespace weir
