/// For each format a parser's settings with rules of every kind that it takes.
#pragma once

#include "runtime/parser/parser_settings.hpp"

namespace weir::test {

inline auto plain_settings(line_format format) -> parser_settings {
  auto made = parser_settings{};
  made.format = format;
  made.expression = R"(^(?<ts>\S+ +\d+ \S+) (?<host>\S*)(?: (?<rest>.*))?$)";
  made.columns = {"ts", "s", "n"};
  return made;
}

inline auto ruled_settings(line_format format) -> parser_settings {
  using enum line_format;
  auto made = plain_settings(format);
  made.time_zone = "Europe/Berlin";
  switch (format) {
  case none: made.types = "message:array"; break;
  case nginx:
  case apache2: made.types = "code:time:unix_ms,size:array: "; break;
  case syslog: made.types = "pid:integer,ident:array:-"; break;
  case csv: made.time_key = "ts", made.types = "n:integer,s:time"; break;
  case cri:
  case container: made.types = "log:integer,stream:array"; break;
  case regex: made.time_key = "ts", made.types = "host:array:.,rest:integer"; break;
  case docker:
  case json:
  case ltsv:
  case logfmt:
    made.time_key = "ts";
    made.types = "n:integer,a:array,d:bool,c:float,s:time,code:time:unix_ms,size:array: ,e:string,"
                 "o.n:integer,o.o.a:array,o.e:string";
  }
  return made;
}

} // namespace weir::test
