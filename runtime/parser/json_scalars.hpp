/// Numbers and escaped strings of JSON -> msgpack.
#pragma once

#include <string_view>

namespace weir {

/// Writes what the escapes in `text` (without its quotes) mean and returns the end, nullptr if one is
/// wrong. Never writes more than `text` is long. A lone surrogate becomes U+FFFD.
auto unescape_json(std::string_view text, char* to) -> char*;

/// Writes a number as integer if it is one that fits 64 bits, else as double; at most nine bytes.
/// nullptr if `text`, which is not empty, is no JSON number or beyond what a double holds.
auto write_json_number(char* to, std::string_view text) -> char*;

} // namespace weir
