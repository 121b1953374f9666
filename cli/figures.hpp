/// Numbers as people read them at a glance.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::cli {

/// "1,234,567".
auto count_text(std::uint64_t count) -> std::string;
/// "7.5", "204", "1.2k", "38.1M": three digits.
auto short_text(double number) -> std::string;
/// The same of what comes in a second: "1.2k/s".
auto rate_text(double events) -> std::string;
/// "1 node", "1,204 nodes".
auto many(std::uint64_t count, std::string_view one, std::string_view several) -> std::string;
/// "512 B", "3.1 MiB".
auto size_text(double bytes) -> std::string;
/// "0", "950us", "12ms", "3.4s", "12m30s", "5h02m", "3d04h".
auto age_text(std::chrono::nanoseconds age) -> std::string;

/// With a ? for whatever a terminal may take for a command, and for bytes that are no UTF-8: texts of errors may hold
/// names of files.
auto printable(std::string_view text) -> std::string;

} // namespace weir::cli
