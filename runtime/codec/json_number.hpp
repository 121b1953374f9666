/// Numbers as JSON text.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir::json {

/// Room that any number needs.
inline constexpr std::size_t number_bytes_max = 32;

/// Write a number to `to` and return the place behind it.
auto put_unsigned(char* to, std::uint64_t value) noexcept -> char*;
auto put_signed(char* to, std::int64_t value) noexcept -> char*;
/// The shortest text that reads back the same; always with a fraction or an exponent. NaN and infinities:
/// null.
auto put_real(char* to, double value) noexcept -> char*;
auto put_real(char* to, float value) noexcept -> char*;

} // namespace weir::json
