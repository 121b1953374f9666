/// Ranges of collectors' streams in a table of a database, changed in the transaction of their events.
//
//  TABLE   (sink TEXT, source TEXT, stream TEXT, first INTEGER, last INTEGER): of this collector's stream, from first to
//          below last; neighbouring ranges are merged. A row from -1 to -1 says that the stream is over
#pragma once

#include "actors/sinks/sqlite/connection.hpp"
#include "runtime/flow/position_index.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

class sqlite_ranges {
public:
  /// `ended_max`: how many streams of a collector that are over are remembered.
  static auto open(sqlite_connection& database, std::string_view table, const std::string& sink, std::size_t ended_max)
      -> result<sqlite_ranges>;
  auto add(const std::string& source, const position_range& range) -> result<void>;
  /// Adds the ranges that overlap with this one.
  auto find(const std::string& source, const position_range& range, position_index& to) -> result<void>;
  /// All of the collector's streams that are not over; those of its window in the order in which they came.
  auto of(const std::string& source) -> result<std::vector<position_range>>;

private:
  /// Removes the rows of the oldest streams of a kind now and then, as that takes a walk through all of them.
  struct shortening {
    sqlite_statement run;
    std::size_t kept = 0;
    std::size_t added = 0; ///< since the last time
  };
  void bind(sqlite_statement& to, const std::string& source, const std::string& stream);
  auto shorten(shortening& what, const std::string& source) -> result<void>;
  auto end(const std::string& source, const std::string& stream) -> result<void>;

  std::string sink_;
  sqlite_statement around_, parts_, take_out_, put_in_, end_, list_;
  shortening window_, shared_, ended_;
};

} // namespace weir
