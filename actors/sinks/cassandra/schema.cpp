#include "actors/sinks/cassandra/schema.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <thread>

namespace weir {
namespace {

struct key_column {
  std::string_view name;
  std::string_view type;
  std::string_view kind;
  std::int64_t position;
};

constexpr auto key_columns = std::array<key_column, 4>{{{"bucket", "int", "partition_key", 0},
                                                        {"day", "date", "partition_key", 1},
                                                        {"time", "timestamp", "clustering", 0},
                                                        {"event_key", "blob", "clustering", 1}}};

constexpr auto plain_columns = std::array<std::pair<std::string_view, std::string_view>, 3>{
    {{"tag", "text"}, {"record", "text"}, {"time_ns", "bigint"}}};

constexpr auto type_names = std::array<std::pair<std::string_view, cql_type>, 11>{{{"text", cql_type::text},
                                                                                   {"varchar", cql_type::text},
                                                                                   {"ascii", cql_type::ascii},
                                                                                   {"bigint", cql_type::bigint},
                                                                                   {"int", cql_type::integer},
                                                                                   {"smallint", cql_type::smallint},
                                                                                   {"tinyint", cql_type::tinyint},
                                                                                   {"double", cql_type::real},
                                                                                   {"float", cql_type::single},
                                                                                   {"boolean", cql_type::boolean},
                                                                                   {"timestamp", cql_type::timestamp}}};

constexpr auto agreement_patience = std::chrono::seconds{30};

auto cql_quoted(std::string_view name) -> std::string { return '"' + std::string{name} + '"'; }

auto has_key(const std::map<std::string, cassandra_column>& there) -> bool {
  const auto in_key = std::count_if(there.begin(), there.end(), [](const auto& c) { return c.second.position >= 0; });
  return static_cast<std::size_t>(in_key) == key_columns.size() && std::all_of(key_columns.begin(), key_columns.end(), [&](const key_column& k) {
           const auto at = there.find(std::string{k.name});
           return at != there.end() && at->second.type == k.type && at->second.kind == k.kind && at->second.position == k.position;
         });
}

auto ask_with(cql_cluster& in, std::string_view text, const cql_values& values) -> result<cql_rows> {
  auto body = byte_buffer{};
  append_cql_query(body, text, values, cql_consistency::local_one);
  return in.ask(cql_opcode::query, body.view());
}

/// Of the nodes that are up, as the one that is asked sees them.
auto schema_versions(cql_cluster& in) -> result<std::set<std::string>> {
  auto versions = std::set<std::string>{};
  for (const auto* from : {"system.local", "system.peers"}) {
    WEIR_TRY(const auto rows, ask_with(in, "SELECT schema_version FROM " + std::string{from}, {}));
    for (std::size_t i = 0; i < rows.rows.size(); ++i)
      if (auto version = rows.text(i, "schema_version"); !version.empty()) versions.insert(std::move(version));
  }
  return versions;
}

auto not_there(const std::string& name) -> error {
  return {errc::failed, "there is no table \"" + name + "\", and \"create: false\" says not to make it"};
}

auto lacks(const std::string& name, const std::string& column) -> error {
  return {errc::failed, "the table \"" + name + "\" has no column \"" + column + "\"; \"evolve: true\" adds what is missing"};
}

} // namespace

auto cql_type_named(std::string_view name) -> std::optional<cql_type> {
  const auto* at = std::find_if(type_names.begin(), type_names.end(), [&](const auto& t) { return t.first == name; });
  return at == type_names.end() ? std::nullopt : std::optional{at->second};
}

auto column_type_of(cql_type type) -> column_type {
  using kind = column_type::kind;
  switch (type) {
  case cql_type::text:
  case cql_type::ascii: return {.what = kind::text};
  case cql_type::bigint: return {.what = kind::integer};
  case cql_type::integer: return {.what = kind::integer, .min = INT32_MIN, .max = INT32_MAX};
  case cql_type::smallint: return {.what = kind::integer, .min = INT16_MIN, .max = INT16_MAX};
  case cql_type::tinyint: return {.what = kind::integer, .min = INT8_MIN, .max = INT8_MAX};
  case cql_type::real: return {.what = kind::real};
  case cql_type::single: return {.what = kind::real, .is_single = true};
  case cql_type::boolean: return {.what = kind::boolean};
  case cql_type::timestamp: return {.what = kind::time};
  }
  return {};
}

auto cql_table_name(std::string_view keyspace, std::string_view table) -> std::string { return cql_quoted(keyspace) + '.' + cql_quoted(table); }

auto cql_lifetime(duration ttl) -> std::string {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(ttl).count();
  return seconds == 0 ? std::string{} : "TTL " + std::to_string(seconds);
}

auto cql_columns_of(cql_cluster& in, std::string_view keyspace, std::string_view table) -> result<std::map<std::string, cassandra_column>> {
  auto values = cql_values{};
  values.add(keyspace).add(table);
  WEIR_TRY(const auto rows, ask_with(in, "SELECT column_name, type, kind, position FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?", values));
  auto columns = std::map<std::string, cassandra_column>{};
  for (std::size_t i = 0; i < rows.rows.size(); ++i)
    columns[rows.text(i, "column_name")] = {rows.text(i, "type"), rows.text(i, "kind"), rows.number(i, "position").value_or(-1)};
  return columns;
}

auto cql_define(cql_cluster& in, const std::string& statement) -> result<void> {
  const auto until = system_clock().monotonic() + agreement_patience;
  WEIR_CHECK(ask_with(in, statement, {}));
  while (true) {
    WEIR_TRY(const auto versions, schema_versions(in));
    if (versions.size() <= 1) return {};
    if (system_clock().monotonic() > until) return error{errc::unavailable, "the nodes do not agree about the schema"};
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
}

auto cassandra_schema::check_keyspace() -> result<void> {
  const auto& name = settings_.keyspace;
  auto values = cql_values{};
  values.add(name);
  WEIR_TRY(const auto rows, ask_with(in_, "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?", values));
  if (!rows.rows.empty()) return {};
  return error{errc::failed, "there is no keyspace \"" + name + "\"; how often it keeps what is yours to say: CREATE KEYSPACE " + name
                                 + " WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 3}"};
}

auto cassandra_schema::table(const std::string& name) -> result<const cassandra_table*> {
  const auto known = tables_.find(name);
  if (known != tables_.end()) return &known->second;
  WEIR_TRY(auto found, find(name));
  return &tables_.insert_or_assign(name, std::move(found)).first->second;
}

auto cassandra_schema::find(const std::string& name) -> result<cassandra_table> {
  WEIR_TRY(auto there, cql_columns_of(in_, settings_.keyspace, name));
  if (there.empty()) {
    if (!settings_.create) return not_there(name);
    WEIR_CHECK(make(name));
  } else {
    WEIR_CHECK(add_missing(name, there));
  }
  WEIR_TRY(there, cql_columns_of(in_, settings_.keyspace, name));
  WEIR_CHECK(check(name, there));
  auto made = cassandra_table{name, in_.statement(statement_for(name)), {}};
  for (const auto& c : columns_) made.columns.push_back(cql_type_named(there[c.name].type).value());
  return made;
}

/// Of a table that is there, with all its columns.
auto cassandra_schema::check(const std::string& name, std::map<std::string, cassandra_column>& there) const -> result<void> {
  if (!has_key(there))
    return error{errc::failed, "the table \"" + name + "\" has another key than PRIMARY KEY ((bucket, day), time, event_key) "
                                   "of int, date, timestamp, blob, by which rows are known again"};
  for (const auto& [column, type] : plain_columns)
    if (there[std::string{column}].type != type)
      return error{errc::failed, "the column \"" + std::string{column} + "\" of the table \"" + name + "\" wants the type " + std::string{type}};
  for (const auto& c : columns_)
    if (const auto& type = there[c.name].type; !cql_type_named(type))
      return error{errc::failed, "the column \"" + c.name + "\" of the table \"" + name + "\" is of the type " + type + ", which no field fits"};
  return {};
}

auto cassandra_schema::examine(const std::string& name) -> result<void> {
  WEIR_CHECK(check_keyspace());
  if (name.empty()) return {};
  WEIR_TRY(auto there, cql_columns_of(in_, settings_.keyspace, name));
  if (there.empty()) return settings_.create ? result<void>{} : result<void>{not_there(name)};
  const auto missing = missing_columns(there);
  if (!missing.empty() && !settings_.evolve) return lacks(name, missing.front().first);
  return missing.empty() ? check(name, there) : result<void>{};
}

auto cassandra_schema::make(const std::string& name) -> result<void> {
  auto text = "CREATE TABLE IF NOT EXISTS " + cql_table_name(settings_.keyspace, name) + " (";
  for (const auto& k : key_columns) text += std::string{k.name} + ' ' + std::string{k.type} + ", ";
  for (const auto& [column, type] : plain_columns) text += std::string{column} + ' ' + std::string{type} + ", ";
  for (const auto& c : columns_) text += cql_quoted(c.name) + " text, ";
  text += "PRIMARY KEY ((bucket, day), time, event_key)) WITH CLUSTERING ORDER BY (time DESC, event_key DESC)";
  // What ends together lies together, and is given back whole.
  if (settings_.ttl > duration{0})
    text += " AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', 'compaction_window_size': '1'}";
  return cql_define(in_, text);
}

auto cassandra_schema::missing_columns(const std::map<std::string, cassandra_column>& there) const
    -> std::vector<std::pair<std::string, std::string>> {
  auto missing = std::vector<std::pair<std::string, std::string>>{};
  for (const auto& [column, type] : plain_columns)
    if (!there.contains(std::string{column})) missing.emplace_back(column, type);
  for (const auto& c : columns_)
    if (!there.contains(c.name)) missing.emplace_back(c.name, "text");
  return missing;
}

auto cassandra_schema::add_missing(const std::string& name, const std::map<std::string, cassandra_column>& there) -> result<void> {
  const auto missing = missing_columns(there);
  if (!missing.empty() && !settings_.evolve) return lacks(name, missing.front().first);
  for (const auto& [column, type] : missing)
    WEIR_CHECK(cql_define(in_, "ALTER TABLE " + cql_table_name(settings_.keyspace, name) + " ADD " + cql_quoted(column) + ' ' + type));
  return {};
}

auto cassandra_schema::statement_for(const std::string& name) const -> std::string {
  auto text = "INSERT INTO " + cql_table_name(settings_.keyspace, name) + " (bucket, day, time, event_key, tag, record, time_ns";
  for (const auto& c : columns_) text += ", " + cql_quoted(c.name);
  text += ") VALUES (?, ?, ?, ?, ?, ?, ?";
  for (std::size_t i = 0; i < columns_.size(); ++i) text += ", ?";
  text += ") USING TIMESTAMP ?";
  const auto lifetime = cql_lifetime(settings_.ttl);
  return lifetime.empty() ? text : text + " AND " + lifetime;
}

} // namespace weir
