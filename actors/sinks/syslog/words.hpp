/// The words that people and loggers have for facilities and severities of syslog (RFC 5424 section 6.2.1).
#pragma once

#include <optional>
#include <string_view>

namespace weir {

auto syslog_facility_of(std::string_view text) -> std::optional<unsigned>;
/// In any case of letters; "error", "warn", "fatal", "trace" and their like too.
auto syslog_severity_of(std::string_view text) -> std::optional<unsigned>;

} // namespace weir
