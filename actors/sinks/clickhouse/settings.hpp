/// Settings of the store `clickhouse`.
#pragma once

#include "actors/promise.hpp"
#include "actors/sinks/http/settings.hpp"
#include "actors/sinks/name_zone.hpp"
#include "actors/sinks/sql/columns.hpp"
#include "runtime/codec/compression.hpp"

#include <string>
#include <string_view>

namespace weir {

struct clickhouse_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  analytics:
    type: clickhouse
    endpoints: ["http://ch-1:8123", "http://ch-2:8123"]
    auth: { user: weir, password: changeme }   # better {file: PATH} or ${VARIABLE}
    database: logs
    table: "logs_{tag}"
    columns: { status: code, host: host }
    batch: { max_size: 16MiB, max_delay: 2s }  # an insert a batch and table
)"};

  http_settings http;
  std::string database = "default";
  std::string table = "events";
  std::string time_zone = "UTC";
  config::value columns;
  bool create = true;
  bool evolve = false;
  std::string engine = "ReplacingMergeTree";
  std::string partition_by = "toYYYYMM(time)";
  std::string order_by = "(tag, time, event_key)";
  std::string ttl;
  config::string_map settings;
  bool idempotent = false;
  byte_count max_insert{std::uint64_t{16} << 20};
  compression compress = compression::gzip;
};

inline constexpr auto clickhouse_help = std::string_view{
    "Inserts events into a ClickHouse: at least once, with a key in each row by which a query takes each event once."};
inline constexpr auto clickhouse_port = std::uint16_t{8123};
inline constexpr auto clickhouse_default_endpoint = std::string_view{"http://127.0.0.1:8123"};

template <class Visitor> void describe(Visitor& v, clickhouse_settings& s) {
  describe_http(v, s.http,
                "Its HTTP interface, as http://ch-1:8123; several take turns, and one that does not answer is left out for a while. "
                "None: http://127.0.0.1:8123.");
  v.field("database", s.database, "Its name; it has to be there.");
  v.field("table", s.table,
          "One row an event; {tag} and strftime of the event time make several. Letters become small ones, and what is no "
          "letter, digit or _ becomes _.");
  describe_name_zone(v, s.time_zone, "table");
  v.field("columns", s.columns,
          "Fields of the record that are columns too: a list of dotted paths, or a map of columns to paths. What does not fit "
          "the column's type is NULL or nothing there, and in the record all the same.");
  v.field("create", s.create, "Whether a table that is missing is made.");
  v.field("evolve", s.evolve, "Whether a table that lacks one of the columns gets it.");
  v.field("engine", s.engine, "Of a table that is made; also with parameters, as ReplicatedReplacingMergeTree('/ch/{shard}/x', '{replica}').");
  v.field("partition_by", s.partition_by, "The same.");
  v.field("order_by", s.order_by, "The same; rows that are equal in it are the same one to the default engine.");
  v.field("ttl", s.ttl, "The same, as \"time + INTERVAL 30 DAY\"; empty: none.");
  v.field("settings", s.settings, "Settings of each INSERT: names and values, as async_insert: 1.");
  v.field("idempotent", s.idempotent,
          "An insert has events of one chunk alone, so that it has the same insert_deduplication_token also after a restart, if a disk "
          "buffer before the sink kept the chunk. More inserts, which are smaller. The token is sent in any case to a server that knows "
          "it (22.2).");
  v.field("max_insert", s.max_insert, "Rows of one insert, before they are compressed.");
  v.field("compress", s.compress, "none, gzip or zstd: how inserts travel; zstd wants a server of 2020 or later.");
}

void validate(const clickhouse_settings& s, config::settings_reader& reader);

} // namespace weir
