/// The index of words over texts of the events (FTS5) that the sqlite store keeps.
//
//  <table>_text  a view of the events: weir_row, and a column for each field that is searched
//  <table>_fts   the index, of the view's columns and without a copy of them
//  <table>_fts_insert, _update, _delete   triggers of the events, so that it is as they are whoever changes them, in one
//                transaction. It finds events by their row numbers, which VACUUM leaves as they are for tables with an index
//  weir_inserting  (name TEXT, first INTEGER): of the table of that name rows from `first` on are new in this transaction and
//                not in the index yet; the triggers leave them alone. They come in together at its end, which takes a sixth of
//                the time that the index takes for one by one
#pragma once

#include "actors/sinks/sqlite/connection.hpp"

#include <string>
#include <vector>

namespace weir {

/// One sentence about fields that cannot be indexed, or a library that cannot; empty if there is nothing to say.
auto problem_of_text(const std::vector<std::string>& fields) -> std::string;

/// Makes the index of the table be of these fields of the record, `record` being all of it, or takes it away if there are
/// none. One that is new is filled from what is there, which takes seconds a million events. Of another program's index
/// of that name it says so.
auto prepare_text_index(sqlite_connection& database, const std::string& table, const std::vector<std::string>& fields)
    -> result<void>;

/// Has the new events of a transaction come into the index.
class sqlite_text_writer {
public:
  static auto open(sqlite_connection& database, const std::string& table, const std::vector<std::string>& fields)
      -> result<sqlite_text_writer>;
  /// Before the first of them.
  auto begin() -> result<void> { return begin_.run(); }
  /// Behind the last.
  auto end() -> result<void>;

private:
  sqlite_statement begin_, put_in_, end_;
};

} // namespace weir
