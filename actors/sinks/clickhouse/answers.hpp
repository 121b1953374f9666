/// What a ClickHouse says that does not do what it was asked for. Total: any bytes are a valid argument.
//
//  "Code: 60, e.displayText() = DB::Exception: Table default.x doesn't exist., e.what() = DB::Exception"       up to 20.x
//  "Code: 60. DB::Exception: Table default.x does not exist. (UNKNOWN_TABLE) (version 24.3.1.2672)"            later
#pragma once

#include <string>
#include <string_view>

namespace weir {

struct clickhouse_error {
  int code = 0; ///< 0: it is no error of a ClickHouse
  std::string what;
};

auto clickhouse_error_of(std::string_view body) -> clickhouse_error;

enum class clickhouse_fault {
  of_an_event,   ///< one of the rows, or several
  of_the_size,   ///< fewer rows at once may do
  of_the_load,   ///< too much to do
  of_the_login,
  of_the_rights,
  of_the_table,  ///< it is missing, or has other columns than before
  other,
};

auto fault_of(const clickhouse_error& e) -> clickhouse_fault;

/// Columns of lines that are separated by tabs, without what escapes them.
auto unescaped_field(std::string_view field) -> std::string;

} // namespace weir
