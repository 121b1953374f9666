/// What the line writer needs of the value writer.
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <string_view>

namespace weir::json {

/// Bits of the keys that a record has itself, and so takes from the line's prefix.
inline constexpr auto has_time = 1U;
inline constexpr auto has_tag = 2U;

/// Takes a msgpack map from the front of `record` and appends its members and the closing brace; `out` ends
/// with the opening one, or with a comma behind earlier members. Adds the keys it saw to `seen`. False if it
/// is malformed: then `out` has a part of it.
auto take_members(byte_buffer& out, std::string_view& record, unsigned& seen) -> bool;

} // namespace weir::json
