/// The events of a commit as rows in the format RowBinary, one pile for each table.
#pragma once

#include "actors/sinks/clickhouse/server.hpp"
#include "actors/sinks/http/event_pile.hpp"
#include "actors/sinks/sql/table_names.hpp"
#include "runtime/ledger/event_key.hpp"

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

/// One thread's.
class row_piles {
public:
  using table_source = std::function<result<const clickhouse_table*>(const std::string& name)>;
  /// `tables` keeps what it gives.
  row_piles(table_names names, table_source tables) : names_(std::move(names)), tables_(std::move(tables)) {}

  /// Until the next call; what cannot be written is refused in `done`. Errors are those of `tables`.
  auto write(const commit_batch& batch, committed& done) -> result<std::span<const event_pile>>;

private:
  struct row {
    std::int64_t time_ns;
    std::string_view tag;
    std::string_view record;
  };
  auto add_run(const event_run& run, event_keys& keys, committed& done) -> result<void>;
  auto enter_table(std::string_view tag, std::int64_t time_ns) -> result<void>;
  /// False: there is no such time in the table.
  auto append_row(byte_buffer& out, const row& r, event_keys& keys, std::uint64_t index) -> bool;
  void append_text(byte_buffer& out, const clickhouse_type& type, std::string_view text);
  void append_record(byte_buffer& out, const clickhouse_type& type, std::string_view record);

  table_names names_;
  table_source tables_;
  std::vector<event_pile> piles_;
  std::unordered_map<std::string, std::size_t> numbers_; ///< of piles_, by table
  const clickhouse_table* table_ = nullptr;
  std::size_t number_ = 0;
  byte_buffer scratch_;
  byte_buffer json_;
};

} // namespace weir
