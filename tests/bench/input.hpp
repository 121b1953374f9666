/// Deterministic inputs of the benchmarks: the same bytes on every machine.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>

namespace weir::bench {

enum class input_kind { json, nginx };

/// Appends line number `index` of a kind, newline included: JSON of about 250 bytes with eleven fields,
/// or nginx's combined access log of about 200 bytes. A tenth of the JSON messages hold an escape.
void append_line(input_kind kind, std::uint64_t index, std::string& out);

/// Writes `events` lines to `path`; returns the bytes written. An existing file is replaced.
auto write_input(input_kind kind, const std::string& path, std::uint64_t events) -> result<std::uint64_t>;

} // namespace weir::bench
