/// The formats that stores of lines and files offer.
//
//  json     one object a line; see json_writer.hpp
//  raw      the text of the field `message`, byte for byte, and a line feed; the record as JSON if it has
//           none
//  ltsv     label:value separated by tabs; tab, line feed, carriage return, NUL and backslash as
//           \t \n \r \0 \\, a colon in a label as \x3a, other values than text as JSON, nil as nothing
//  csv      the given columns with the quoting of RFC 4180, a line feed at the end; what is missing is empty;
//           `time` and `tag` are the event's
//  msgpack  [tag, EventTime, record] back to back: the message mode of the forward protocol;
//           [EventTime, record], [tag, record] or the record alone where time or tag are left out
//
//  In json, ltsv and csv a record's own fields of the names `time` and `tag` have the names that line_keys.hpp
//  says.
//
//  Bytes that are not UTF-8 are written as in runtime/event/escaped_byte.hpp, but for raw and msgpack. The
//  parsers of json, ltsv and csv read all that is written here.
#pragma once

#include "runtime/codec/event_writer.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

enum class event_format { json, raw, ltsv, csv, msgpack };

constexpr auto names_of(event_format*) {
  using enum event_format;
  return std::array<std::pair<std::string_view, event_format>, 5>{
      {{"json", json}, {"raw", raw}, {"ltsv", ltsv}, {"csv", csv}, {"msgpack", msgpack}}};
}

struct format_options {
  event_format as = event_format::json;
  bool time = true;
  bool tag = true;
  std::vector<std::string> columns = {}; ///< of csv; dotted paths
};

auto make_event_writer(const format_options& options) -> std::unique_ptr<event_writer>;

/// The first line of a csv file.
auto csv_header(const std::vector<std::string>& columns) -> std::string;

} // namespace weir
