#include "actors/sinks/cassandra/settings.hpp"

#include "actors/sinks/network/endpoint_choice.hpp"
#include "actors/sinks/sql/columns.hpp"
#include "actors/sinks/sql/table_names.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// 20 years: what the server takes.
constexpr auto ttl_max = std::chrono::hours{24 * 365 * 20};

/// Columns that each table has.
constexpr auto own_columns = std::array<std::string_view, 4>{"bucket", "day", "event_key", "time_ns"};

auto is_keyspace_name(std::string_view name) -> bool {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= cassandra_name_bytes_max && std::all_of(name.begin(), name.end(), fits);
}

void check_own_columns(const config::value& columns, config::settings_reader& reader) {
  for (const auto& c : read_columns(columns))
    if (std::find(own_columns.begin(), own_columns.end(), c.name) != own_columns.end())
      reader.complain("columns", "\"columns\" has \"" + c.name + "\", which is a column already");
}

} // namespace

void validate(const cassandra_settings& s, config::settings_reader& reader) {
  validate_name_zone(s.time_zone, s.table, reader);
  if (s.network.endpoints.empty()) reader.complain("endpoints", "\"endpoints\" is missing: where is the server?", "as in cassandra-1:9042");
  for (const auto& e : s.network.endpoints)
    if (const auto at = host_of_endpoint(e, cassandra_port); !at) reader.complain("endpoints", "\"endpoints\": " + at.failure().what);
  if (!s.network.auth.token.value.empty()) reader.refuse_useless("auth", "Cassandra knows user and password, no token");
  if (reader.is_given("keyspace") && !is_keyspace_name(s.keyspace))
    reader.complain("keyspace", "\"keyspace\" wants up to 48 letters, digits and _, not \"" + s.keyspace + '"');
  if (const auto problem = problem_of_table_name(s.table); !problem.empty()) reader.complain("table", problem);
  check_columns(s.columns, reader);
  check_own_columns(s.columns, reader);
  if (s.ttl < duration{0} || s.ttl > ttl_max || (s.ttl > duration{0} && s.ttl < std::chrono::seconds{1}))
    reader.complain("ttl", "\"ttl\" wants 0, or a time from 1s to 20 years");
  if (s.buckets < 1 || s.buckets > 4096) reader.complain("buckets", "\"buckets\" wants 1..4096, not " + std::to_string(s.buckets));
}

} // namespace weir
