/// What a Cassandra answers: errors and what to do about them, rows, prepared statements.
//
//  error    := code i32, message string, extras of the code:
//              0x1100 consistency u16, received i32, wanted i32, write type string     0x2500 id string
//  result   := kind i32 (1 nothing, 2 rows, 3 keyspace, 4 prepared, 5 schema), and of these
//  rows     := flags i32, columns i32, [paging bytes] (2), [keyspace string, table string] (1), column*, count i32, bytes*
//  column   := [keyspace string, table string] (not 1), name string, type
//  type     := id u16, of 0 string, of 0x20 and 0x22 type, of 0x21 type type, of 0x30 and 0x31 more: rows have none of these
//  prepared := id string, and what nobody needs here
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct cql_error {
  std::int32_t code = 0;
  std::string message;
};

enum class cql_remedy {
  slower,  ///< the node has too much to do: it, or another one, later
  later,   ///< replicas are missing, or it is not known whether it is in: the same again
  prepare, ///< it has forgotten the statement
  without, ///< something of the request will never be taken
  stop,    ///< nothing of this kind will be taken until somebody changes something
};

auto remedy_for(const cql_error& why) -> cql_remedy;
/// For people, of at most some hundred bytes: `overloaded (0x1001): …`.
auto to_text(const cql_error& why) -> std::string;

using cql_value = std::optional<std::string>;

/// As the server has them: numbers big-endian.
struct cql_rows {
  std::vector<std::string> columns;
  std::vector<std::vector<cql_value>> rows;

  /// Of the column in that row; nothing if it is null or there is none.
  auto at(std::size_t row, std::string_view column) const -> const std::string*;
  auto text(std::size_t row, std::string_view column) const -> std::string;
  /// Of 4 and 8 bytes, with its sign; anything else is nothing.
  auto number(std::size_t row, std::string_view column) const -> std::optional<std::int64_t>;
};

/// All are total.
auto read_cql_error(std::string_view body) -> cql_error;
/// No rows of a result that has none.
auto read_cql_rows(std::string_view body) -> result<cql_rows>;
/// The id by which it is executed.
auto read_cql_prepared(std::string_view body) -> result<std::string>;

} // namespace weir
