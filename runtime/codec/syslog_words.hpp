/// What the numbers of syslog's facilities and severities are called (RFC 5424 section 6.2.1).
#pragma once

#include <array>
#include <string_view>

namespace weir {

inline constexpr auto syslog_facilities = std::array<std::string_view, 24>{
    "kern", "user",     "mail",    "daemon",       "auth",   "syslog", "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
    "ntp",  "security", "console", "solaris-cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6",   "local7"};

inline constexpr auto syslog_severities =
    std::array<std::string_view, 8>{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

} // namespace weir
