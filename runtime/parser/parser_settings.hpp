/// What a parser is made from; the keys of `parse:` in a topology file.
#pragma once

#include "runtime/parser/parser.hpp"

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace weir {

class clock;

enum class line_format {
  none,
  json,
  regex,
  grok,
  nginx,
  apache2,
  syslog,
  ltsv,
  logfmt,
  key_value,
  csv,
  cef,
  leef,
  klog,
  xml,
  url,
  user_agent,
  docker,
  cri,
  container
};

constexpr auto names_of(line_format*) {
  using enum line_format;
  return std::array<std::pair<std::string_view, line_format>, 20>{{{"none", none},
                                                                   {"json", json},
                                                                   {"regex", regex},
                                                                   {"grok", grok},
                                                                   {"nginx", nginx},
                                                                   {"apache2", apache2},
                                                                   {"syslog", syslog},
                                                                   {"ltsv", ltsv},
                                                                   {"logfmt", logfmt},
                                                                   {"key_value", key_value},
                                                                   {"csv", csv},
                                                                   {"cef", cef},
                                                                   {"leef", leef},
                                                                   {"klog", klog},
                                                                   {"xml", xml},
                                                                   {"url", url},
                                                                   {"user_agent", user_agent},
                                                                   {"docker", docker},
                                                                   {"cri", cri},
                                                                   {"container", container}}};
}

struct parser_settings {
  line_format format = line_format::none;
  std::string expression = {};           ///< regex: with named groups; grok: with %{NAME:field}
  std::map<std::string, std::string> patterns = {}; ///< grok: more names
  std::vector<std::string> columns = {}; ///< csv
  std::string delimiter = {};   ///< csv: one character, "," if empty; ltsv, key_value: between fields, tab and blanks if empty
  std::string value_separator = "="; ///< key_value: between key and value
  std::string quotes = "\"";         ///< key_value: characters, each of which may stand around a key or value
  std::string prefix = {};           ///< key_value: before each key
  std::string time_key = {};    ///< field that holds the time; empty: the format's own, if it has one
  std::string time_format = {}; ///< see time_format.hpp; empty: the format's own
  std::string time_zone = {};   ///< for times without a zone: "UTC", "+02:00", "Europe/Berlin", "local"
  std::string types = {};       ///< "status:integer,bytes:integer,ok:bool,took:float,list:array,t:time"
  bool keep_time_key = false;   ///< leave the field in the record
};

/// Errors name the key and what is wrong with it ("expression: …"), for `weir check`.
/// A field that should hold the time but does not parse as one that an event can have stays in the record; the
/// line still parses, and says so.
auto make_parser(const parser_settings& settings) -> result<std::unique_ptr<line_parser>>;
/// With a clock of the caller, which outlives the parser: it tells the year of times that have none.
auto make_parser(const parser_settings& settings, const clock& now) -> result<std::unique_ptr<line_parser>>;

} // namespace weir
