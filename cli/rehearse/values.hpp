/// Records as people write them in files, and as they are compared and shown.
#pragma once

#include "config/value.hpp"
#include "runtime/base/byte_buffer.hpp"

#include <string>
#include <string_view>

namespace weir::cli {

/// As msgpack: a plain scalar is null, a boolean or a number if it looks like one, a quoted one is a text.
void pack_value(byte_buffer& out, const config::value& v);

/// JSON with the keys of all maps in order, so that equal values have equal texts. `value`: whole msgpack.
auto sorted_json(std::string_view value) -> std::string;

/// Whether all fields of the map `wanted` are in `record` with the same values; maps inside may have further fields too.
auto has_all_of(std::string_view record, std::string_view wanted) -> bool;

} // namespace weir::cli
