/// Steps over records that resemble each other, quicker than any reader that must look at every value.
//
// Where a value ends depends on its first byte, so a plain walk waits for one load after the other. Records
// of one stream mostly have the same keys and types: this one remembers the keys and first bytes of the last
// record and goes on as if they came again, while the processor checks it. A wrong guess costs a normal step.
// That the keys of one record differ is found out when one of them is new, and known as long as they stay.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

class record_skipper {
public:
  /// Bytes of the map that `bytes` begins with; 0 if it must be looked at by a msgpack_reader and
  /// repeated_keys: because it is large, nested or broken, has a key twice, or one that is long or no text.
  /// Total: any bytes are a valid argument.
  auto skip(std::string_view bytes) noexcept -> std::size_t;

private:
  static constexpr std::size_t fields_max = 15; ///< a map with a wider header is left to the reader
  static constexpr std::size_t key_bytes_max = 32; ///< a fixstr

  struct value_guess {
    std::uint8_t head = 0xc1; ///< never a valid first byte
    std::uint8_t bytes = 0;
  };
  /// A key with its head. One that is not known yet equals none.
  struct key_guess {
    std::uint64_t first = 1, last = 0; ///< its first and last eight bytes, or all of them
    std::uint64_t mask = 0;            ///< of `first`
    std::size_t bytes = 0;
    char text[key_bytes_max] = {};
  };

  static auto is(const key_guess& guess, const char* at, std::size_t left) noexcept -> bool;
  static auto learn(key_guess& guess, const char* at, std::size_t left) noexcept -> bool;
  auto keys_differ(std::size_t count) const noexcept -> bool;

  std::array<key_guess, fields_max> keys_;
  std::size_t distinct_ = 0; ///< so many of keys_, from the first on, are known to differ from each other
  std::array<value_guess, fields_max> values_;
};

} // namespace weir
