/// Finds the end of a msgpack value that arrives in pieces, without looking at any byte twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

class msgpack_skipper {
public:
  enum class progress { complete, incomplete, malformed };

  /// `bytes` begins where the value begins and never shrinks between calls; reset() for the next value.
  auto resume(std::string_view bytes) noexcept -> progress;
  /// After `complete`: size of the value. Before: how much of it was stepped over.
  auto size() const noexcept -> std::size_t { return offset_; }
  /// The least number of bytes the whole value has, by what was seen of it. Declared by the sender: a
  /// bound to check, never one to allocate by.
  auto wanted() const noexcept -> std::uint64_t { return wanted_; }
  void reset() noexcept { *this = {}; }

private:
  std::size_t offset_ = 0;
  std::uint64_t pending_ = 1; ///< values still to step over
  std::uint64_t wanted_ = 1;
};

} // namespace weir
