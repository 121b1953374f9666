/// The events' table of the sqlite store.
//
//  <table>  (time INTEGER, tag TEXT, record TEXT, a generated column for each of `columns`),
//           indexed by time and by tag
#pragma once

#include "actors/sinks/sqlite/connection.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// One sentence about a name that cannot be a table's or columns'; empty if there is nothing to say.
auto problem_of_table(const std::string& name) -> std::string;
auto problem_of_columns(const std::vector<std::string>& columns) -> std::string;

/// What a column of that name says of a record, in SQL: the field, or where its name has dots one within another.
/// `record`: what the record is called there.
auto expression_of(const std::string& column, const std::string& record = "record") -> std::string;
/// SQLite's names do not tell upper case from lower.
auto lower_case(std::string text) -> std::string;
/// A text of SQL with its quotes doubled: ' around what is said, " around a name.
auto in_quotes(std::string_view text, char quote) -> std::string;

/// Gives a table of ours the column that earlier versions of it lack, and rows of these the present second.
auto add_seen(sqlite_connection& database, const std::string& table) -> result<void>;

/// Tables of ranges had row numbers in earlier versions, and an index that told rows apart by where they begin alone. Such
/// a one becomes what `make` makes, which is run once it is out of the way; its rows stay.
auto carry_over_rowid_table(sqlite_connection& database, const std::string& table, const std::string& make) -> result<void>;

/// Makes the table and its indexes, and adds columns that an older one lacks.
auto prepare_event_table(sqlite_connection& database, const std::string& table,
                         const std::vector<std::string>& columns) -> result<void>;

} // namespace weir
