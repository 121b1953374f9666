/// What a parser is made from; the keys of `parse:` in a topology file.
#pragma once

#include "runtime/parser/parser.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace weir {

class clock;

enum class line_format { none, json, regex, nginx, apache2, syslog, ltsv, logfmt, csv, docker, cri, container };

constexpr auto names_of(line_format*) {
  using enum line_format;
  return std::array<std::pair<std::string_view, line_format>, 12>{{{"none", none},
                                                                  {"json", json},
                                                                  {"regex", regex},
                                                                  {"nginx", nginx},
                                                                  {"apache2", apache2},
                                                                  {"syslog", syslog},
                                                                  {"ltsv", ltsv},
                                                                  {"logfmt", logfmt},
                                                                  {"csv", csv},
                                                                  {"docker", docker},
                                                                  {"cri", cri},
                                                                  {"container", container}}};
}

struct parser_settings {
  line_format format = line_format::none;
  std::string expression = {};           ///< regex: with named groups
  std::vector<std::string> columns = {}; ///< csv
  std::string delimiter = {};   ///< csv: one character, "," if empty; ltsv: between fields, tab if empty
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
