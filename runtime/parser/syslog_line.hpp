/// A syslog message taken apart, of whichever standard or habit it is.
//
//  RFC 5424   <PRI>1 TIME HOST APP PROCID MSGID DATA TEXT
//  RFC 3164   <PRI>TIME HOST TAG: TEXT, and what is written instead: no PRI, host or tag, no blank behind the tag, date and time
//             apart, an ISO time, a year before, in or behind the date, fractions, a zone
//  devices    <PRI>45: 000123: router: *Mar  1 18:48:50.483 UTC: %SYS-5-CONFIG_I: TEXT, and parts of that
#pragma once

#include <string_view>

namespace weir {

/// Of the text it was made from. What is not there is null, which is not the same as empty.
struct syslog_line {
  std::string_view problem; ///< one sentence, of those that never change; empty if the line is one of syslog
  std::string_view priority; ///< one to three digits
  std::string_view time;
  std::string_view host;
  std::string_view ident;
  std::string_view pid;
  std::string_view msgid;
  std::string_view data; ///< RFC 5424's structured data
  std::string_view message;
  bool is_clock_unset = false; ///< the device says that its time is not to be relied on
};

/// Total.
auto split_syslog(std::string_view text) -> syslog_line;

} // namespace weir
