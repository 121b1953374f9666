/// The ledger that all writers of a sink share, on all nodes: rows in a database (actors/sinks/sql/ledger_plan.hpp).
//
//  weir_sinks   (sink)                                            one row a sink: whoever has it locked has the turn
//  weir_ledger  (sink, stream_key, first, last, kind, seen, owner, stream)   key: the first four; seen: second of the row
//
//  A commit looks at what is known and puts its events in, as others do at the same time. Then it takes the turn, which one
//  transaction of the sink has until it ends, and looks again: if what is new is still the same, it adds its rows. If not,
//  somebody else has put in some of it, and all is taken back. So of two transactions with an event in common the later
//  sees the earlier one, whatever their chunks are called; and they wait for each other for as long as rows and a COMMIT
//  take, not for the time of the events.
#pragma once

#include "actors/sinks/sql/ledger_plan.hpp"
#include "actors/sinks/sql/session.hpp"
#include "runtime/flow/retention.hpp"
#include "runtime/ledger/row_folding.hpp"
#include "runtime/os/clock.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir {

class sql_ledger {
public:
  /// `sink`: under what name it is known to all that share it.
  sql_ledger(const sql_dialect& dialect, std::string sink, const retention& keep, const clock& time);

  /// Makes the tables and the sink's row where they are missing, outside of a transaction.
  auto prepare(sql_session& in) -> result<void>;
  /// What to know for plan_commit(); in the transaction.
  auto look(sql_session& in, std::span<const chunk_ptr> chunks) -> result<ledger_view>;
  /// Waits for it; in the transaction, whose end gives it back.
  auto take_turn(sql_session& in) -> result<void>;
  /// Adds the rows, in the turn.
  auto add(sql_session& in, const ledger_plan& plan) -> result<void>;
  /// Whether keep_up() is due, in a transaction of its own, with the turn.
  auto is_upkeep_due() -> bool;
  /// Joins rows that lie behind each other, so many at most, and forgets now and then what is too old to come again.
  auto keep_up(sql_session& in) -> result<void>;
  auto knowledge(sql_session& in, const std::string& source) -> result<stream_knowledge>;
  /// The parts of these that are in.
  auto known_ids(sql_session& in, const std::vector<id_range>& asked) -> result<std::vector<id_range>>;
  /// When the youngest of the clients' ids came that it had to forget for their number, second of the wall clock.
  auto crowded_out_s() const -> std::int64_t { return crowded_out_s_; }

private:
  struct unfolded_stream {
    ledger_stream of;
    std::int64_t from = 0;        ///< the first number that got a row
    std::int64_t whole_below = 1; ///< these are one row, whatever is missing
  };
  auto now_s() -> std::int64_t;
  auto is_forgetting_due() -> bool;
  auto forget(sql_session& in) -> result<void>;
  auto crowd_out(sql_session& in) -> result<void>;
  auto find_unfolded(sql_session& in) -> result<void>;
  void note_unfolded(const ledger_stream& of, std::int64_t from, std::int64_t whole_below);
  /// Where to go on, if the budget was too small.
  auto fold(sql_session& in, const unfolded_stream& what, std::size_t& budget) -> result<std::optional<std::int64_t>>;
  auto replace(sql_session& in, const unfolded_stream& what, const ledger_row& by) -> result<void>;
  auto insert(sql_session& in, const std::vector<std::string>& rows) -> result<void>;
  auto row_text(const ledger_stream& of, std::int64_t first, std::int64_t last, std::int64_t seen_s) const -> std::string;

  const sql_dialect& dialect_;
  std::string sink_; ///< as rows have it
  retention keep_;
  const clock& time_;
  std::int64_t now_s_ = 0;
  std::optional<std::int64_t> forgot_at_s_;
  std::map<stream_key, unfolded_stream> unfolded_;
  fold_schedule schedule_;
  std::int64_t crowded_out_s_ = 0;
};

} // namespace weir
