/// Numbers that stand for times: seconds since 1970, or thousandths, millionths, billionths of them.
//
// Nobody says which, but none of the ranges overlap: seconds end in the year 2262, where nanoseconds leave
// 64 bits; milliseconds are taken from 10^11 (1973) on, microseconds from 10^14, nanoseconds from 10^17.
#pragma once

#include <cstdint>
#include <optional>

namespace weir {

enum class epoch_unit : std::uint8_t {
  seconds,      ///< whatever the magnitude
  by_magnitude, ///< as above
};

/// In nanoseconds; nothing if no unit makes a time of it that 64 bits can hold.
auto epoch_time(std::int64_t number, epoch_unit unit) -> std::optional<std::int64_t>;
/// As many digits as the number has: a fraction of a power of two is exact. Nothing for NaN and infinities.
auto epoch_time(double number, epoch_unit unit) -> std::optional<std::int64_t>;

} // namespace weir
