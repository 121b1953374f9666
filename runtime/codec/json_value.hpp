/// What the line writer needs of the value writer.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/codec/line_keys.hpp"

#include <string_view>

namespace weir::json {

/// Takes a msgpack map from the front of `record` and appends its members and the closing brace; `out` ends
/// with the opening one, or with a comma behind earlier members, among them those of `own`. False if it is
/// malformed: then `out` has a part of it.
auto take_members(byte_buffer& out, std::string_view& record, line_keys own) -> bool;

} // namespace weir::json
