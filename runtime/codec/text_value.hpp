/// What the formats of plain text share.
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <string_view>

namespace weir {

/// Appends a msgpack value as text: strings as they are (what is not UTF-8 as in escaped_byte.hpp), nil as nothing, the rest
/// as JSON. False, and nothing appended, if it is malformed.
auto append_plain_text(byte_buffer& out, std::string_view value) -> bool;

/// Takes one msgpack map from the front of `bytes`.
auto take_record(std::string_view& bytes, std::string_view& record) noexcept -> bool;

/// Appends the time as in time_text.hpp.
void append_time(byte_buffer& out, std::int64_t time_ns);

} // namespace weir
