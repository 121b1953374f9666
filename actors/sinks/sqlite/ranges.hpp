/// Ranges of collectors' streams in a table of a database, changed in the transaction of their events.
//
//  TABLE   (sink TEXT, source TEXT, stream TEXT, first INTEGER, last INTEGER, seen INTEGER): of this collector's stream,
//          from first to below last; neighbouring ranges are merged. A row from -1 to -1 says that the stream is over.
//          Seen is the second in which it was written; of windows (clients' ids) and ends it says what is old
#pragma once

#include "actors/sinks/sqlite/connection.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/flow/retention.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class sqlite_ranges {
public:
  static auto open(sqlite_connection& database, std::string_view table, const std::string& sink) -> result<sqlite_ranges>;
  auto add(const std::string& source, const position_range& range, std::int64_t now_s) -> result<void>;
  /// Removes what is remembered for too long, and of clients' ids the oldest if they are too many.
  auto forget(const retention& keep, std::int64_t now_s) -> result<void>;
  /// As id_memory::crowded_out_s().
  auto crowded_out_s() const -> std::optional<std::int64_t> { return crowded_out_s_; }
  /// Adds the ranges that overlap with this one.
  auto find(const std::string& source, const position_range& range, position_index& to) -> result<void>;
  /// All of the collector's streams that are not over, without clients' ids.
  auto of(const std::string& source) -> result<std::vector<position_range>>;

private:
  void bind(sqlite_statement& to, const std::string& source, const std::string& stream);
  auto end(const std::string& source, const std::string& stream, std::int64_t now_s) -> result<void>;
  auto crowd_out(std::uint64_t most) -> result<void>;

  std::string sink_;
  sqlite_statement around_, parts_, take_out_, put_in_, end_, list_;
  sqlite_statement forget_ids_, forget_ended_, first_kept_id_, forget_ids_below_;
  std::optional<std::int64_t> crowded_out_s_;
};

} // namespace weir
