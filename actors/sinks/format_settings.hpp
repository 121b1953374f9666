/// The settings that stores of lines share: format, include, columns, header.
#pragma once

#include "config/settings.hpp"
#include "runtime/codec/event_format.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct format_settings {
  event_format format = event_format::json;
  std::vector<std::string> include{"time", "tag"};
  std::vector<std::string> columns;
  bool header = false;
};

inline auto options_of(const format_settings& s) -> format_options {
  const auto has = [&](std::string_view name) {
    return std::find(s.include.begin(), s.include.end(), name) != s.include.end();
  };
  return {.as = s.format, .time = has("time"), .tag = has("tag"), .columns = s.columns};
}

/// All but the format, for a store that has other names for these.
template <class Visitor> void describe_lines(Visitor& v, format_settings& s) {
  v.field("include", s.include, "What of the event stands in front of the record: time, tag, both, or [] for nothing; not of raw "
          "and csv. A field that is called so itself is written as record_time, record_tag.");
  v.field("columns", s.columns,
          "Of csv: fields in their order, dotted paths for nested ones; time and tag are the event's, record_time "
          "and record_tag fields of these names.");
  v.field("header", s.header, "Of csv: whether a new file begins with the names of the columns.");
}

template <class Visitor> void describe(Visitor& v, format_settings& s) {
  v.field("format", s.format, "json, raw (the field message alone), ltsv, csv or msgpack.");
  describe_lines(v, s);
}

inline void validate(const format_settings& s, config::settings_reader& reader) {
  for (const auto& name : s.include)
    if (name != "time" && name != "tag")
      reader.complain("include", "\"include\" wants time and tag, not \"" + name + '"');
  if (std::set<std::string_view>{s.include.begin(), s.include.end()}.size() < s.include.size())
    reader.complain("include", "\"include\" names something twice");
  const auto is_csv = s.format == event_format::csv;
  if (s.format == event_format::raw) reader.refuse_useless("include", "raw writes the field message alone");
  if (is_csv)
    reader.refuse_useless("include", "csv writes what \"columns\" names", "time and tag may stand under \"columns\"");
  if (is_csv && s.columns.empty())
    reader.complain("columns", "\"columns\" is missing: the format csv needs them");
  if (!is_csv && !s.columns.empty()) reader.complain("columns", "\"columns\" is only for the format csv");
  if (!is_csv && s.header) reader.complain("header", "\"header\" is only for the format csv");
}

} // namespace weir
