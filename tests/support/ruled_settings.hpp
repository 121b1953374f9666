/// For each format a parser's settings with rules of every kind that it takes.
#pragma once

#include "runtime/parser/parser_settings.hpp"

namespace weir::test {

inline auto plain_settings(line_format format) -> parser_settings {
  auto made = parser_settings{};
  made.format = format;
  made.expression = format == line_format::grok
                        ? R"(^%{SYSLOGTIMESTAMP:ts} %{NOTSPACE:host}(?: (?:%{WORD:a.w}|%{QS:a.w})?%{GREEDYDATA:rest})?)"
                        : R"(^(?<ts>\S+ +\d+ \S+) (?<host>\S*)(?: (?<rest>.*))?$)";
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
  case klog: made.types = "id:string,message:array: "; break;
  case url: made.types = "path:array:/,port:string,host:time"; break;
  case user_agent: made.types = "version:float,os:array: "; break;
  case xml: made.time_key = "Event.@at", made.types = "Event.n:integer,Event.o.a:array,Event.s.#text:time,Event.b:bool"; break;
  case cri:
  case container: made.types = "log:integer,stream:array"; break;
  case grok:
  case regex: made.time_key = "ts", made.types = "host:array:.,rest:integer"; break;
  case docker:
  case json:
  case ltsv:
  case cef:
  case leef:
  case key_value:
  case logfmt:
    made.time_key = "ts";
    made.types = "n:integer,a:array,d:bool,c:float,s:time,code:time:unix_ms,size:array: ,e:string,"
                 "o.n:integer,o.o.a:array,o.e:string";
  }
  return made;
}

} // namespace weir::test
