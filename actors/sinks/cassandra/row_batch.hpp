/// The events of a commit as rows: values of statements, and which partition each goes to.
//
//  An event's row is the same whenever it is written: its key follows from where it was born, its time from itself or, if it has
//  none of its own, from when it was read first.
//    bucket     crc32c of (the first 16 bytes of the key, position / 2^16 u64be) modulo `buckets`: neighbours lie together
//    day        of the time, UTC
//    time       in milliseconds; time_ns has it whole
//    written    in microseconds, the time too: a later write of the row, which is the same, changes nothing
#pragma once

#include "actors/sinks/cassandra/reading_times.hpp"
#include "actors/sinks/cassandra/schema.hpp"
#include "actors/sinks/cassandra/time_book.hpp"
#include "actors/sinks/sql/table_names.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/ledger/event_key.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct cassandra_row {
  enum class state : std::uint8_t { waiting, stored, refused };
  event_ref at;
  const cassandra_table* table = nullptr;
  std::int32_t bucket = 0;
  std::int32_t day = 0;    ///< since 1970
  std::size_t begin = 0;   ///< of its values, with their number before them
  std::size_t end = 0;
  state is = state::waiting;
};

auto bucket_of(const event_key& key, std::uint32_t buckets) -> std::int32_t;
/// As partition keys travel, for murmur3_token().
auto partition_key_of(const cassandra_row& row) -> std::string;

/// One thread's; keeps its memory from one commit to the next.
class row_batch {
public:
  row_batch(table_names names, const std::vector<field_column>& columns, std::uint32_t buckets)
      : names_(std::move(names)), columns_(columns), buckets_(buckets) {}

  /// Forgets what was there, and takes the events of the commit; what makes no row becomes refusals of `done`. Asks for tables,
  /// and `times` for times, unless it is null.
  auto assign(const commit_batch& from, cassandra_schema& schema, time_book* times, committed& done) -> result<void>;

  auto rows() -> std::vector<cassandra_row>& { return rows_; }
  auto rows() const -> const std::vector<cassandra_row>& { return rows_; }
  auto values_of(const cassandra_row& row) const -> std::string_view { return values_.view().substr(row.begin, row.end - row.begin); }

private:
  struct event {
    event_ref at;
    event_key key;
    std::int64_t time_ns = 0;
    std::string_view tag;
    std::string_view record;
  };
  /// One whose time is to be asked for.
  struct late_event {
    event of; ///< its record lies in late_records_
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  auto add_run(const event_run& run, event_keys& keys, cassandra_schema& schema, bool asks_for_times, committed& done) -> result<void>;
  /// False: the record is malformed.
  auto add_event(const event& e, cassandra_schema& schema) -> result<bool>;
  void put_values(const event& e, const cassandra_row& row);
  void add_late(const event& e);
  auto settle(time_book& times) -> result<void>;
  void put_field(cql_type type, std::string_view value);

  table_names names_;
  const std::vector<field_column>& columns_;
  std::uint32_t buckets_;
  std::vector<cassandra_row> rows_;
  byte_buffer values_;
  byte_buffer json_;
  byte_buffer tag_;
  byte_buffer scratch_;
  std::vector<late_event> late_;
  byte_buffer late_records_;
  std::map<times_place, std::vector<timed_position>> late_places_;
  std::map<std::string, int, std::less<>> late_tags_;
};

} // namespace weir
