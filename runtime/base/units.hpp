/// Sizes and durations as people write them: "64KiB", "200ms".
#pragma once

#include "runtime/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// A number of bytes; a type of its own so that configuration wants a unit for it.
struct byte_count {
  std::uint64_t value = 0;
  auto operator<=>(const byte_count&) const = default;
};

/// A number of things that people may write short: "4M".
struct item_count {
  std::uint64_t value = 0;
  auto operator<=>(const item_count&) const = default;
};

using duration = std::chrono::nanoseconds;

/// "0", "512B", "64KiB", "4GiB", "10MB" (decimal). A bare number other than 0 is an error.
auto parse_byte_count(std::string_view text) -> result<byte_count>;
/// "0", "200ms", "5s", "1.5h", "2d"; units ns us ms s m h d. A bare number other than 0 is an error.
auto parse_duration(std::string_view text) -> result<duration>;
/// "4M", "10k", "65536": decimal.
auto parse_item_count(std::string_view text) -> result<item_count>;

/// The shortest exact form that the parsers above read back.
auto to_text(byte_count size) -> std::string;
auto to_text(item_count items) -> std::string;
auto to_text(duration time) -> std::string;

} // namespace weir
