/// Ranges of collectors' streams in a table of a database. A commit inserts what its chunks add, in the transaction of
/// their events; rows are joined and forgotten in others.
//
//  TABLE   (sink TEXT, source TEXT, stream TEXT, first INTEGER, last INTEGER, seen INTEGER), unique but for seen: of this
//          collector's stream, from first to below last. No two rows have a position in common; many may be adjacent
//          until they are joined. One without length says that somebody was there; one from -1 to -1 that the stream is
//          over. Seen is the second in which it was written; of windows (clients' ids) and ends it says what is old
#pragma once

#include "actors/sinks/sqlite/row_folder.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/flow/retention.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

class sqlite_ranges {
public:
  static auto open(sqlite_connection& database, std::string_view table, const std::string& sink) -> result<sqlite_ranges>;
  /// Adds the rows that overlap with this range.
  auto find(const std::string& source, const position_range& range, position_index& to) -> result<void>;
  /// Inserts what of the range is not in `known`, which has what find() found, and adds it there. How many rows there
  /// are to join for that.
  auto add(const std::string& source, const position_range& range, std::int64_t now_s, position_index& known)
      -> result<std::uint64_t>;
  /// Joins rows of the streams that got some, as far as the budget goes. Whether that is all.
  auto fold(std::size_t& budget) -> result<bool>;
  /// Looks for rows to join that writers left who are gone.
  auto find_unfolded() -> result<void>;
  /// Removes what is remembered for too long, and of clients' ids the oldest if they are too many.
  auto forget(const retention& keep, std::int64_t now_s) -> result<void>;
  /// As id_memory::crowded_out_s().
  auto crowded_out_s() const -> std::optional<std::int64_t> { return crowded_out_s_; }
  /// All of the collector's streams that are not over, without clients' ids.
  auto of(const std::string& source) -> result<std::vector<position_range>>;

private:
  static auto prepare_table(sqlite_connection& database, const std::string& table) -> result<void>;
  void bind(sqlite_statement& to, const std::string& source, const std::string& stream);
  auto insert(const std::string& source, const std::string& stream, std::int64_t first, std::int64_t last) -> result<void>;
  void note_unfolded(const std::string& source, const std::string& stream, std::int64_t from);
  auto crowd_out(std::uint64_t most) -> result<void>;

  std::string sink_;
  sqlite_statement parts_, insert_, list_, unfolded_list_;
  sqlite_statement forget_ids_, forget_ended_, first_kept_id_, forget_ids_below_;
  sqlite_row_folder folder_;
  std::map<std::pair<std::string, std::string>, std::int64_t> unfolded_; ///< (source, stream) -> from where
  std::optional<std::int64_t> crowded_out_s_;
};

} // namespace weir
