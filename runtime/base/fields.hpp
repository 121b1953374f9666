/// Optional parts behind the fixed part of a format of ours, so that it can grow without a new version.
//
//  fields := field*        up to the end of what holds them
//  field  := type u16      bit 15: critical, who does not know it must not go on
//            size u32, bytes
#pragma once

#include "runtime/base/binary.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

inline constexpr std::uint16_t critical_field = 0x8000;

inline void put_field(std::string& out, std::uint16_t type, std::string_view bytes) {
  put_number(out, type);
  put_text(out, bytes);
}

/// Calls `visit(type, bytes)` for each; it returns false for one that it does not know. False if they are cut, or one
/// is critical and not known. Total.
template <class Visitor> auto read_fields(binary_reader& from, Visitor&& visit) -> bool {
  while (!from.at_end()) {
    const auto type = from.number<std::uint16_t>();
    const auto bytes = from.view();
    if (from.failed()) return false;
    if (!visit(type, bytes) && (type & critical_field) != 0) return false;
  }
  return !from.failed();
}

} // namespace weir
