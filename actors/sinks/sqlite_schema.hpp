/// The tables of the sqlite store: events and the ledger of chunks that are in.
//
//  <table>      (time INTEGER, tag TEXT, record TEXT, a generated column for each of `columns`),
//               indexed by time and by tag
//  weir_ledger  (sink TEXT, origin INTEGER, first INTEGER, last INTEGER): the sink has the chunks of this
//  origin
//               (as a signed number) from first to last; neighbouring ranges are merged
#pragma once

#include "actors/sinks/sqlite_connection.hpp"
#include "runtime/event/chunk.hpp"

#include <string>
#include <vector>

namespace weir {

/// One sentence about a name that cannot be a table's or columns'; empty if there is nothing to say.
auto problem_of_table(const std::string& name) -> std::string;
auto problem_of_columns(const std::vector<std::string>& columns) -> std::string;

/// Makes the table and its indexes, and adds columns that an older one lacks.
auto prepare_event_table(sqlite_connection& database, const std::string& table,
                         const std::vector<std::string>& columns) -> result<void>;

/// Which chunks are in; changed in the transaction of their events.
class sqlite_ledger {
public:
  static auto open(sqlite_connection& database, const std::string& sink) -> result<sqlite_ledger>;
  /// Notes the chunk; false if it was noted before. Sequence 0 means that a chunk has no id: always true.
  auto add(const chunk_id& id) -> result<bool>;

private:
  std::string sink_;
  sqlite_statement find_, grow_, insert_, next_, merge_, remove_;
};

} // namespace weir
