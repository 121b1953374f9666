/// The numbered lines that the streams write, and how they are recognised in the stores.
//
//  line := {"g":STREAM,"n":NUMBER,"p":"PADDING"}   of 40 to 200 bytes; the padding follows from the numbers
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::chaos {

struct line_number {
  std::uint32_t stream = 0;
  std::uint64_t number = 0;
};

inline constexpr std::uint64_t line_bytes_mean = 110;

/// Appends the JSON object, without newline.
void append_line(std::string& out, line_number which);
/// The padding alone, which is the value of "p".
auto padding(line_number which) -> std::string_view;

/// Takes a stored line or record: whatever stands in front of "g" is ignored. Nothing if it is not, byte
/// for byte, what append_line() made.
auto recognise(std::string_view stored) -> std::optional<line_number>;

} // namespace weir::chaos
