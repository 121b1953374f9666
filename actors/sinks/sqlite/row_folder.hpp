/// Joins rows of a ledger's table that lie behind each other.
#pragma once

#include "actors/sinks/sqlite/connection.hpp"
#include "runtime/ledger/row_folding.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weir {

class sqlite_row_folder {
public:
  /// How a table has the rows of one stream.
  struct form {
    std::string table;
    std::string key;        ///< a condition with ?1 to ?3
    std::string values;     ///< of a new row, with ?1 to ?3, ?4 for its first, ?5 for its last number, ?6 for seen
    bool last_is_in = false; ///< the column `last` is a number of the row, not the one behind it
  };
  /// Sets ?1 to ?3 of these.
  using key_binder = std::function<void(sqlite_statement&)>;

  static auto open(sqlite_connection& database, const form& of) -> result<sqlite_row_folder>;
  /// Joins from the row before `from` on, and what is below `whole_below` as if it were all there. `budget` shrinks by
  /// the rows that were looked at. Where to go on, if it was too small; it is made use of if it is three.
  auto fold(const key_binder& bind_key, std::int64_t from, std::int64_t whole_below, std::size_t& budget)
      -> result<std::optional<std::int64_t>>;

private:
  auto rows_from(std::int64_t from, std::size_t most) -> result<std::vector<ledger_row>>;
  auto replace(const ledger_row& by) -> result<void>;

  bool last_is_in_ = false;
  sqlite_statement list_, take_out_, put_in_;
};

} // namespace weir
