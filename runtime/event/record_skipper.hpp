/// Steps over records that resemble each other, quicker than any reader that must look at every value.
//
// Where a value ends depends on its first byte, so a plain walk waits for one load after the other. Records
// of one stream mostly have the same keys and types: this one remembers the first bytes of the last record
// and goes on as if they came again, while the processor checks it. A wrong guess costs a normal step.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

class record_skipper {
public:
  /// Bytes of the map that `bytes` begins with; 0 if it must be skipped by a msgpack_reader: because it is
  /// large, nested or broken. Total: any bytes are a valid argument.
  auto skip(std::string_view bytes) noexcept -> std::size_t;

private:
  struct guess {
    std::uint8_t head = 0xc1; ///< never a valid first byte
    std::uint8_t bytes = 0;
  };
  static constexpr std::size_t fields_max = 15; ///< a map with a wider header is left to the reader

  std::array<guess, 2 * fields_max> guesses_;
};

} // namespace weir
