/// The parse operator's settings; a collector uses them directly on raw lines.
#pragma once

#include "config/settings.hpp"
#include "runtime/parser/parser_settings.hpp"

#include <array>
#include <utility>

namespace weir {

enum class parse_failure { keep, leave, drop, dead_letter };

constexpr auto names_of(parse_failure*) {
  return std::array<std::pair<std::string_view, parse_failure>, 4>{
      {{"keep", parse_failure::keep},
       {"leave", parse_failure::leave},
       {"drop", parse_failure::drop},
       {"dead_letter", parse_failure::dead_letter}}};
}

struct parse_settings {
  parser_settings parser;
  parse_failure on_error = parse_failure::keep; ///< keep: raw line as `message`, and `parse_error`; leave: without that
  std::string field;                            ///< which field to parse; empty: the raw line
  bool reserve_data = true;                     ///< of a field: keep the record's other fields
};

template <class Visitor> void describe(Visitor& v, parse_settings& s) {
  v.required("format", s.parser.format, "What the line or field looks like.");
  v.field("expression", s.parser.expression,
          "For regex: an RE2 expression with named groups; for grok: one with %{NAME:field} or %{NAME:field:int}.");
  v.field("patterns", s.parser.patterns, "For grok: names and expressions besides the common ones.");
  v.field("columns", s.parser.columns, "For csv: the names of the columns.");
  v.field("delimiter", s.parser.delimiter, "For csv, ltsv and key_value: what separates the fields; of key_value blanks.");
  v.field("value_separator", s.parser.value_separator, "For key_value: what separates key and value.");
  v.field("quotes", s.parser.quotes, "For key_value: characters that may stand around keys and values.");
  v.field("prefix", s.parser.prefix, "For key_value: what the names of fields begin with.");
  v.field("time_key", s.parser.time_key, "The field that holds the event's time.");
  v.field("time_format", s.parser.time_format,
          "strptime with %L, %N for fractions, or iso8601, unix, unix_ms, unix_us, unix_ns.");
  v.field("time_zone", s.parser.time_zone,
          "Zone of times that name none: UTC (default), +02:00, Europe/Berlin, local.");
  v.field("types", s.parser.types, "Types of fields: status:integer,took:float,ok:bool.");
  v.field("keep_time_key", s.parser.keep_time_key, "Leave the time field in the record.");
  v.field("on_error", s.on_error,
          "keep: the raw line as message with parse_error; leave: as it is, where only some are of the format; drop: "
          "counted and dropped; dead_letter: set aside with the reason.");
  v.field("field", s.field, "Parse this field instead of the raw line.");
  v.field("reserve_data", s.reserve_data, "With field: keep the record's other fields.");
}

/// Tries to make the parser, so that a bad expression is found by `weir check`.
void validate(const parse_settings& settings, config::settings_reader& reader);

} // namespace weir
