/// The ledger that all writers of a sink share, on all nodes: keys of the Redis that the events go to, changed in one step with
/// them (actors/sinks/redis/scripts.hpp).
//
//  PREFIXkind owner stream   a hash: the stream's rows, by their first number (actors/sinks/sql/ledger_rows.hpp)
//  PREFIXof owner            a set: the streams of a collector
//  PREFIXold, PREFIXids      sorted by second: streams that are over and collectors' starts; clients' ids
//  PREFIXtouched             written where replicas are waited for
//
//  PREFIX is "weir:ledger:NAME:". Numbers in hashes have 20 digits.
#pragma once

#include "actors/sinks/redis/connection.hpp"
#include "actors/sinks/sql/ledger_rows.hpp"
#include "runtime/flow/retention.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace weir {

/// A commit's part of the script's arguments.
struct redis_ledger_words {
  std::vector<std::string> checks, rows; ///< four words each
};

class redis_ledger {
public:
  redis_ledger(const std::string& name, const retention& keep);

  auto prefix() const -> const std::string& { return prefix_; }
  /// What is known of these chunks; for plan_commit().
  auto look(redis_connection& at, std::span<const chunk_ptr> chunks) const -> result<ledger_view>;
  /// That what is known is still so, and what to add.
  static auto words_of(std::span<const chunk_ptr> chunks, const ledger_view& known, const ledger_plan& plan) -> redis_ledger_words;
  /// Forgets what is too old to come again, if it is due.
  auto keep_up(redis_connection& at, std::int64_t now_s) -> result<void>;
  auto knowledge(redis_connection& at, const std::string& source) const -> result<stream_knowledge>;
  auto known_ids(redis_connection& at, const std::vector<id_range>& asked) const -> result<std::vector<id_range>>;
  /// When the youngest of the clients' ids came that it had to forget for their number, second of the wall clock.
  auto crowded_out_s() const -> std::int64_t { return crowded_out_s_; }

private:
  auto rows_at(redis_connection& at, const std::vector<std::string>& suffixes, ledger_rows& to) const -> result<void>;

  std::string prefix_;
  retention keep_;
  std::int64_t due_s_ = 0;
  std::int64_t crowded_out_s_ = 0;
};

} // namespace weir
