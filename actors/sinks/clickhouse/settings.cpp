#include "actors/sinks/clickhouse/settings.hpp"

#include "actors/sinks/sql/table_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace weir {
namespace {

auto is_word(std::string_view text) -> bool {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char byte) { return byte < 128 && (std::isalnum(byte) != 0 || byte == '_'); });
}

/// Settings that an insert has already.
auto is_own_setting(std::string_view name) -> bool {
  constexpr auto own = std::array<std::string_view, 6>{"query", "database", "user", "password", "insert_deduplication_token", "quota_key"};
  return std::find(own.begin(), own.end(), name) != own.end();
}

} // namespace

void validate(const clickhouse_settings& s, config::settings_reader& reader) {
  validate_name_zone(s.time_zone, s.table, reader);
  constexpr auto smallest = std::uint64_t{64} << 10;
  constexpr auto largest = std::uint64_t{256} << 20;
  validate_http(s.http, reader, clickhouse_port);
  if (!is_word(s.database)) reader.complain("database", "\"database\" wants letters, digits and _, not \"" + s.database + '"');
  if (const auto problem = problem_of_table_name(s.table); !problem.empty()) reader.complain("table", problem);
  check_columns(s.columns, reader);
  for (const auto& c : read_columns(s.columns))
    if (c.name == "event_key" || c.name == "time_ns") reader.complain("columns", "\"columns\" has \"" + c.name + "\", which is a column already");
  for (const auto& [key, text] : {std::pair{"engine", s.engine}, std::pair{"partition_by", s.partition_by}, std::pair{"order_by", s.order_by}})
    if (text.empty()) reader.complain(key, '"' + std::string{key} + "\" is empty");
  for (const auto& [name, value] : s.settings)
    if (!is_word(name) || is_own_setting(name)) reader.complain("settings", "\"settings\" cannot have \"" + name + '"');
  if (!s.create)
    for (const auto* key : {"engine", "partition_by", "order_by", "ttl"}) reader.refuse_useless(key, "with \"create: false\" no table is made");
  if (s.max_insert.value < smallest || s.max_insert.value > largest)
    reader.complain("max_insert", "\"max_insert\" wants 64KiB to 256MiB, not " + to_text(s.max_insert));
}

} // namespace weir
