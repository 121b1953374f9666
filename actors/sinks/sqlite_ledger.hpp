/// What the sqlite store remembers of the chunks that are in, changed in the transaction of their events.
//
//  weir_ledger     (sink TEXT, origin INTEGER, first INTEGER, last INTEGER): the sink has the chunks of this
//                  origin (as a signed number) from first to last; neighbouring ranges are merged
//  weir_positions  (sink TEXT, source TEXT, stream TEXT, first INTEGER, last INTEGER): the sink has this
//                  collector's stream from first to below last; neighbouring ranges are merged
#pragma once

#include "actors/sinks/sqlite_connection.hpp"
#include "runtime/event/chunk.hpp"

#include <string>
#include <vector>

namespace weir {

class sqlite_ledger {
public:
  static auto open(sqlite_connection& database, const std::string& sink) -> result<sqlite_ledger>;
  /// Notes the chunk; false if it is in: by its id, or all of its positions if it was read again.
  auto add(const chunk& c) -> result<bool>;
  /// What is in of the collector's streams; those of its window in the order in which they came.
  auto positions(const std::string& source) -> result<std::vector<position_range>>;

private:
  auto add_id(const chunk& c) -> result<bool>;
  auto fold(const chunk& c) -> result<void>;
  auto covers(const chunk& c) -> result<bool>;
  auto add_position(const std::string& source, const position_range& range) -> result<void>;
  auto shorten_window(const std::string& source) -> result<void>;

  std::string sink_;
  sqlite_statement find_, grow_, insert_, next_, remove_;
  sqlite_statement last_below_, remove_below_;
  sqlite_statement cover_, around_, take_out_, put_in_, forget_, shorten_, list_;
  std::size_t window_added_ = 0; ///< since the window was shortened
};

} // namespace weir
