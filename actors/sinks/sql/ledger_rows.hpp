/// The ledger of a partition in memory, as the records of its topic say it, and what records a commit adds. Pure.
//
//  A record is a row: of this stream the sink has the numbers from first to below last (actors/sinks/sql/ledger_plan.hpp).
//
//    key   := kind ' ' owner ' ' stream ' ' first      texts as text_for_row() has them, numbers in decimal
//    value := last ' ' seen                            second in which it came; no value: there is no such row any more
//
//  The latest record of a key holds, so the topic may be compacted. One writer at a time adds records, in the transaction of
//  the events; so rows are joined right there: what lies behind another row makes that one longer.
#pragma once

#include "actors/sinks/sql/ledger_plan.hpp"
#include "runtime/flow/retention.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// By key; no value: the row goes.
using ledger_records = std::map<std::string, std::optional<std::string>>;

class ledger_rows {
public:
  /// False: it is none of a ledger's, and is left out. Total: any bytes are valid arguments.
  auto apply(std::string_view key, std::optional<std::string_view> value) -> bool;

  /// What to know for plan_commit().
  auto view_of(std::span<const chunk_ptr> chunks) const -> ledger_view;
  /// What to apply, here and in the topic, for the commit that was planned; of streams that are in this partition.
  auto records_of(const ledger_plan& plan, std::int64_t now_s, const std::function<bool(const ledger_stream&)>& is_ours) const
      -> ledger_records;
  /// Adds records that remove what is too old to come again, some at a time.
  void forget(const retention& keep, std::int64_t now_s, ledger_records& to);

  auto knowledge(const std::string& source) const -> stream_knowledge;
  /// Adds the parts of these that are in.
  void add_known(const std::vector<id_range>& asked, std::vector<id_range>& to) const;

  auto size() const -> std::size_t; ///< rows
  /// When the youngest of the clients' ids came that it had to forget for their number, second of the wall clock.
  auto crowded_out_s() const -> std::int64_t { return crowded_out_s_; }

private:
  struct row {
    std::int64_t last = 0;
    std::int64_t seen_s = 0;
  };
  using stream_rows = std::map<std::int64_t, row>; ///< by first; -1: the stream is over

  static void add(const ledger_stream& of, stream_rows& to, ledger_span span, std::int64_t now_s, ledger_records& records);
  static void remove(const ledger_stream& of, const stream_rows& rows, ledger_records& to);
  void forget_ids(const retention& keep, std::int64_t now_s, ledger_records& to);
  void forget_streams(std::int64_t before_s, ledger_records& to) const;

  std::map<ledger_stream, stream_rows> streams_;
  std::deque<std::pair<std::int64_t, ledger_stream>> ids_; ///< clients', as they came; some are gone already
  std::size_t ids_count_ = 0;                              ///< that are not
  std::optional<std::int64_t> forgot_at_s_;
  std::int64_t crowded_out_s_ = 0;
};

} // namespace weir
