/// What the sqlite store remembers of the chunks that are in, changed in the transaction of their events.
//
//  weir_ledger     (sink TEXT, origin INTEGER, first INTEGER, last INTEGER, seen INTEGER): the sink has the chunks of
//                  this origin (as a signed number) from first to last; neighbouring ranges are merged. Seen is the
//                  second in which the row was written
//  weir_positions  as in ranges.hpp: what the sink has of collectors' streams
//  weir_settled    the same: what every sink is known to have
#pragma once

#include "actors/sinks/sqlite/ranges.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/flow/retention.hpp"
#include "runtime/os/clock.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir {

class sqlite_ledger {
public:
  static auto open(sqlite_connection& database, const std::string& sink, const retention& keep, const clock& time)
      -> result<sqlite_ledger>;
  /// Once for each transaction, before its first chunk: forgets now and then what is too old to come again.
  auto begin() -> result<void>;
  /// Notes the chunk. Which of its events are new, by their positions; nothing: it is in already, by its id.
  auto add(const chunk& c) -> result<std::optional<std::vector<index_range>>>;
  /// Of the events that add() found new since the last call: those of which a part was known.
  auto take_regrouped() -> std::uint64_t { return std::exchange(regrouped_, 0); }
  /// As id_memory::crowded_out_s().
  auto crowded_out_s() const -> std::optional<std::int64_t> { return positions_.crowded_out_s(); }
  auto knowledge(const std::string& source) -> result<stream_knowledge>;

private:
  auto add_id(const chunk& c) -> result<bool>;
  auto fold(const chunk& c) -> result<void>;
  auto forget() -> result<void>;
  auto known_of(const chunk& c) -> result<position_index>;

  std::string sink_;
  retention keep_;
  const clock* time_ = nullptr;
  std::int64_t now_s_ = 0;      ///< of the transaction
  std::int64_t forgot_at_s_ = 0;
  sqlite_statement forget_;
  sqlite_statement find_, grow_, insert_, next_, remove_;
  sqlite_statement last_below_, remove_below_;
  sqlite_ranges positions_;
  sqlite_ranges settled_;
  std::uint64_t regrouped_ = 0;
};

} // namespace weir
