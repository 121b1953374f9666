/// What the sqlite store remembers of the chunks that are in, changed in the transaction of their events.
//
//  weir_ledger     (sink TEXT, origin INTEGER, first INTEGER, last INTEGER): the sink has the chunks of this
//                  origin (as a signed number) from first to last; neighbouring ranges are merged
//  weir_positions  (sink TEXT, source TEXT, stream TEXT, first INTEGER, last INTEGER): the sink has this
//                  collector's stream from first to below last; neighbouring ranges are merged. A row from -1 to -1
//                  says that the stream is over
#pragma once

#include "actors/sinks/sqlite_connection.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/flow/position_index.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir {

class sqlite_ledger {
public:
  static auto open(sqlite_connection& database, const std::string& sink) -> result<sqlite_ledger>;
  /// Notes the chunk. Which of its events are new, by their positions; nothing: it is in already, by its id, or by all
  /// of its positions if it was read again.
  auto add(const chunk& c) -> result<std::optional<std::vector<index_range>>>;
  /// Of the events that add() found new since the last call: those of which a part was known.
  auto take_regrouped() -> std::uint64_t { return std::exchange(regrouped_, 0); }
  /// What is in of the collector's streams; those of its window in the order in which they came.
  auto positions(const std::string& source) -> result<std::vector<position_range>>;

private:
  auto add_id(const chunk& c) -> result<bool>;
  auto fold(const chunk& c) -> result<void>;
  auto covers(const chunk& c) -> result<bool>;
  auto add_position(const std::string& source, const position_range& range) -> result<void>;
  auto known_of(const chunk& c) -> result<position_index>;
  auto shorten_window(const std::string& source) -> result<void>;
  auto end_stream(const std::string& source) -> result<void>;

  std::string sink_;
  sqlite_statement find_, grow_, insert_, next_, remove_;
  sqlite_statement last_below_, remove_below_;
  sqlite_statement cover_, around_, parts_, take_out_, put_in_, end_, shorten_, shorten_ended_, list_;
  std::size_t window_added_ = 0; ///< since the window was shortened
  std::size_t ended_added_ = 0;  ///< since those that are over were
  std::uint64_t regrouped_ = 0;
};

} // namespace weir
