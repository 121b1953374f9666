/// Which rows of the events a database of the sqlite store keeps.
#pragma once

#include "actors/sinks/sqlite/connection.hpp"
#include "runtime/ledger/kept_files.hpp"

#include <cstdint>
#include <string>

namespace weir {

struct rows_gone {
  std::uint64_t too_old = 0;
  std::uint64_t too_much = 0; ///< the oldest of the others
  std::int64_t up_to_ns = 0;  ///< the time of the latest of them
  bool has_more = false;      ///< what was left for another time
};

/// Deletes events that are older than `age` by their own time, and the oldest while the database has more than `bytes` in use (its
/// file stays as large, and is filled again). The last row that was inserted stays: its number is to be no other row's. Takes
/// several transactions of its own, and about half a second.
auto delete_rows_beyond(sqlite_connection& database, const std::string& table, const kept_limits& limits, const clock& time) -> result<rows_gone>;

} // namespace weir
