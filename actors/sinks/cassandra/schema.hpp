/// Tables of events in a keyspace: what they have, and what is made.
//
//  A table that is made:
//    bucket int, day date, time timestamp, event_key blob, tag text, record text, time_ns bigint, and text for each of `columns`
//    PRIMARY KEY ((bucket, day), time, event_key), the newest first
#pragma once

#include "actors/sinks/cassandra/cluster.hpp"
#include "actors/sinks/cassandra/settings.hpp"
#include "actors/sinks/sql/columns.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// How a value of a column travels.
enum class cql_type : std::uint8_t { text, ascii, bigint, integer, smallint, tinyint, real, single, boolean, timestamp };

/// Nothing: there is no such column for fields of events.
auto cql_type_named(std::string_view name) -> std::optional<cql_type>;
/// What of a field fits a column of that type.
auto column_type_of(cql_type type) -> column_type;

struct cassandra_table {
  std::string name;
  std::uint32_t statement = 0; ///< that inserts a row: the columns of its key, tag, record, time_ns, others, and write time
  std::vector<cql_type> columns;
};

/// `"keyspace"."table"`: both are names that need no escape.
auto cql_table_name(std::string_view keyspace, std::string_view table) -> std::string;
/// "TTL 3600", or nothing.
auto cql_lifetime(duration ttl) -> std::string;

/// Its types by name; none: there is no such table.
struct cassandra_column {
  std::string type;
  std::string kind;
  std::int64_t position = -1; ///< in the key
};
auto cql_columns_of(cql_cluster& in, std::string_view keyspace, std::string_view table) -> result<std::map<std::string, cassandra_column>>;
/// Runs a statement that changes the schema, and waits until all nodes know of it.
auto cql_define(cql_cluster& in, const std::string& statement) -> result<void>;

class cassandra_schema {
public:
  cassandra_schema(cql_cluster& in, const cassandra_settings& settings, const std::vector<field_column>& columns)
      : in_(in), settings_(settings), columns_(columns) {}

  /// The keyspace is there.
  auto check_keyspace() -> result<void>;
  /// Valid until forget_all().
  auto table(const std::string& name) -> result<const cassandra_table*>;
  /// Looks whether that table is as it has to be, or would be made so, and changes nothing; empty: at the keyspace alone.
  auto examine(const std::string& name) -> result<void>;
  void forget_all() { tables_.clear(); }
  auto size() const -> std::size_t { return tables_.size(); }

private:
  auto find(const std::string& name) -> result<cassandra_table>;
  auto make(const std::string& name) -> result<void>;
  auto check(const std::string& name, std::map<std::string, cassandra_column>& there) const -> result<void>;
  auto missing_columns(const std::map<std::string, cassandra_column>& there) const -> std::vector<std::pair<std::string, std::string>>;
  auto add_missing(const std::string& name, const std::map<std::string, cassandra_column>& there) -> result<void>;
  auto statement_for(const std::string& name) const -> std::string;

  cql_cluster& in_;
  const cassandra_settings& settings_;
  const std::vector<field_column>& columns_;
  std::map<std::string, cassandra_table> tables_;
};

} // namespace weir
