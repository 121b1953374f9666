/// RFC 5424's structured data as a map: {"id": {"name": "value"}}.
//
//  data     := "-" | element+
//  element  := "[" id (SP name "=" '"' value '"')* "]"
//  value    := any byte; `"`, `\` and `]` with a `\` before them
#pragma once

#include "runtime/event/msgpack.hpp"

#include <string_view>

namespace weir {

/// More elements, or more parameters in one, are none of ours.
inline constexpr auto structured_data_items_max = std::size_t{64};

/// How many bytes at the front of the text are structured data, as far as brackets and quotes go; 0 if there is none.
auto structured_data_bytes(std::string_view text) -> std::size_t;

/// Writes the elements as one map of maps; a name that an element has several times gets all its values as an array. False,
/// and what was written is garbage: they are not well formed, one id is there twice, or they are too many. Total.
auto write_structured_data(std::string_view elements, msgpack_writer& out) -> bool;

} // namespace weir
