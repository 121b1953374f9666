/// The events' table of the sqlite store.
//
//  <table>  (time INTEGER, tag TEXT, record TEXT, a generated column for each of `columns`),
//           indexed by time and by tag
#pragma once

#include "actors/sinks/sqlite/connection.hpp"

#include <string>
#include <vector>

namespace weir {

/// One sentence about a name that cannot be a table's or columns'; empty if there is nothing to say.
auto problem_of_table(const std::string& name) -> std::string;
auto problem_of_columns(const std::vector<std::string>& columns) -> std::string;

/// Gives a table of ours the column that earlier versions of it lack, and rows of these the present second.
auto add_seen(sqlite_connection& database, const std::string& table) -> result<void>;

/// Tables of ranges had row numbers in earlier versions, and an index that told rows apart by where they begin alone. Such
/// a one becomes what `make` makes, which is run once it is out of the way; its rows stay.
auto carry_over_rowid_table(sqlite_connection& database, const std::string& table, const std::string& make) -> result<void>;

/// Makes the table and its indexes, and adds columns that an older one lacks.
auto prepare_event_table(sqlite_connection& database, const std::string& table,
                         const std::vector<std::string>& columns) -> result<void>;

} // namespace weir
