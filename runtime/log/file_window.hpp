/// Reads a file through a buffer that moves over it.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/os/file_system.hpp"

#include <cstdint>
#include <string_view>

namespace weir {

/// Long enough that seeks do not matter, short enough for memory.
inline constexpr auto copy_step = std::size_t{1} << 20;

class file_window {
public:
  /// Reads `step` bytes at a time, or more where more is asked for.
  file_window(const file& of, std::size_t step) : file_(of), step_(step) {}

  /// The bytes from `offset` on: `size` of them, fewer only at the end of the file. Valid until the next
  /// call.
  auto view(std::uint64_t offset, std::size_t size) -> result<std::string_view>;

private:
  const file& file_;
  std::size_t step_;
  byte_buffer bytes_;
  std::uint64_t begin_ = 0;
};

} // namespace weir
