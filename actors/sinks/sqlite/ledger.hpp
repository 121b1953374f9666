/// What the sqlite store remembers of the chunks that are in.
//
//  weir_ledger     (sink TEXT, origin INTEGER, first INTEGER, last INTEGER, seen INTEGER), unique but for last and seen:
//                  the sink has the chunks of this origin (as a signed number) from first to last. Seen is the second in
//                  which the row was written
//  weir_positions  as in ranges.hpp: what the sink has of collectors' streams
//  weir_settled    the same: what every sink is known to have
//  weir_times      as in times.hpp: when what was committed
//
//  A commit only inserts, in the transaction of its events. keep_up() joins rows and forgets, in one of its own.
#pragma once

#include "actors/sinks/sqlite/ranges.hpp"
#include "actors/sinks/sqlite/times.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/os/clock.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir {

class sqlite_ledger {
public:
  static auto open(sqlite_connection& database, const std::string& sink, const retention& keep, const clock& time)
      -> result<sqlite_ledger>;
  /// Before each transaction. Whether keep_up() is due, in a transaction before it.
  [[nodiscard]] auto begin() -> bool;
  /// Joins rows that lie behind each other, so many at most, and forgets now and then what is too old to come again.
  auto keep_up() -> result<void>;
  /// Notes the chunk. Which of its events are new, by their positions; nothing: it is in already, by its id.
  auto add(const chunk& c) -> result<std::optional<std::vector<index_range>>>;
  /// The events of the transaction have these rows.
  auto add_rows(std::int64_t first, std::int64_t last) -> result<void>;
  /// Of the events that add() found new since the last call: those of which a part was known.
  auto take_regrouped() -> std::uint64_t { return std::exchange(regrouped_, 0); }
  /// As id_memory::crowded_out_s().
  auto crowded_out_s() const -> std::optional<std::int64_t> { return positions_.crowded_out_s(); }
  auto knowledge(const std::string& source) -> result<stream_knowledge>;
  /// The parts of these that are in.
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>>;

private:
  /// An origin that got rows.
  struct unfolded_ids {
    std::int64_t from = 0;
    std::int64_t whole_below = 1; ///< chunk::settled_below: these never come again, so that one row has them all
  };
  auto add_id(const chunk& c) -> result<bool>;
  auto add_positions(const chunk& c, position_index known) -> result<void>;
  auto add_settled(const chunk& c) -> result<void>;
  auto add_times(const chunk& c) -> result<void>;
  auto find_unfolded_ids() -> result<void>;
  void note_unfolded(std::int64_t origin, unfolded_ids ids);
  auto fold_ids(std::size_t& budget) -> result<bool>;
  auto is_forgetting_due() const -> bool;
  auto forget() -> result<void>;

  std::string sink_;
  retention keep_;
  const clock* time_ = nullptr;
  std::int64_t now_s_ = 0; ///< of the transaction
  std::optional<std::int64_t> forgot_at_s_;
  sqlite_statement find_, find_range_, insert_, forget_, unfolded_list_;
  sqlite_row_folder folder_;
  std::map<std::int64_t, unfolded_ids> unfolded_; ///< by origin
  fold_schedule schedule_;
  sqlite_ranges positions_;
  sqlite_ranges settled_;
  sqlite_times times_;
  std::uint64_t regrouped_ = 0;
};

} // namespace weir
