/// Numbers as people read them at a glance.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::cli {

/// "1,234,567".
auto count_text(std::uint64_t count) -> std::string;
/// "512 B", "3.1 MiB".
auto size_text(double bytes) -> std::string;
/// "0", "950us", "12ms", "3.4s", "12m30s", "5h02m", "3d04h".
auto age_text(std::chrono::nanoseconds age) -> std::string;

/// With a ? for whatever a terminal may take for a command, and for bytes that are no UTF-8: texts of errors may hold
/// names of files.
auto printable(std::string_view text) -> std::string;

} // namespace weir::cli
