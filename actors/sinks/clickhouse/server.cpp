#include "actors/sinks/clickhouse/server.hpp"

#include "actors/sinks/clickhouse/answers.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

using source = clickhouse_table::source;
using kind = column_type::kind;

constexpr auto first_with_ticks = 2001U;  ///< DateTime64 that keeps nanoseconds
constexpr auto first_with_tokens = 2202U; ///< insert_deduplication_token

auto is_of(const clickhouse_type& type, std::initializer_list<kind> kinds) -> bool {
  return std::find(kinds.begin(), kinds.end(), type.takes.what) != kinds.end();
}

/// What of an event the column of that name has; nothing: it is none of ours.
auto source_of(const std::string& name) -> std::optional<source> {
  if (name == "time") return source::time;
  if (name == "time_ns") return source::time_ns;
  if (name == "tag") return source::tag;
  if (name == "record") return source::record;
  if (name == "event_key") return source::event_key;
  return std::nullopt;
}

auto fits(source from, const clickhouse_type& type) -> bool {
  switch (from) {
  case source::time: return is_of(type, {kind::time});
  case source::time_ns: return is_of(type, {kind::integer}) && type.bytes == 8;
  case source::record: return is_of(type, {kind::text, kind::json});
  case source::tag:
  case source::event_key: return is_of(type, {kind::text});
  case source::field: break;
  }
  return true;
}

/// The next of what stands between tabs.
auto take_field(std::string_view& line) -> std::string {
  const auto end = std::min(line.find('\t'), line.size());
  auto field = unescaped_field(line.substr(0, end));
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

} // namespace

auto clickhouse_refusal(const http_answer& answer) -> std::string {
  const auto e = clickhouse_error_of(answer.body);
  const auto status = std::to_string(answer.status);
  if (e.code == 0 && (answer.status == 401 || answer.status == 403)) return "does not take the login (" + status + ')';
  if (e.code == 0) return "answered " + status + ": " + excerpt_of(answer.body);
  const auto tail = " (code " + std::to_string(e.code) + "): " + e.what;
  const auto fault = fault_of(e);
  if (fault == clickhouse_fault::of_the_login) return "does not take the login" + tail;
  if (fault == clickhouse_fault::of_the_rights) return "does not let this login do that" + tail;
  return "answered " + status + tail;
}

auto clickhouse_server::full_name(const std::string& table) const -> std::string {
  return '`' + settings_.database + "`.`" + table + '`';
}

auto clickhouse_server::ask(const std::string& query, std::string_view what) -> result<std::string> {
  auto outcome = client_.send({.method = "POST", .path = "/", .body = query, .content_type = "text/plain", .endpoint = endpoint_});
  if (const auto* failure = std::get_if<http_failure>(&outcome)) return error{errc::unavailable, failure->what};
  auto& answer = std::get<http_answer>(outcome);
  const auto e = clickhouse_error_of(answer.body);
  if (answer.is_success() && !answer.body.starts_with("Code: ")) return std::move(answer.body);
  const auto code = fault_of(e) == clickhouse_fault::of_the_table && e.code == 60 ? errc::not_found : errc::unavailable;
  return error{code, "cannot " + std::string{what} + ": " + client_.endpoint_name(answer.endpoint) + ' ' + clickhouse_refusal(answer)};
}

auto clickhouse_server::version() -> result<std::uint32_t> {
  WEIR_TRY(const auto text, ask("SELECT version()", "connect"));
  auto major = 0U;
  auto minor = 0U;
  const auto* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec != std::errc{} || first.ptr == end || std::from_chars(first.ptr + 1, end, minor).ec != std::errc{})
    return error{errc::unavailable, "what answers is no ClickHouse: it calls its version \"" + excerpt_of(text) + '"'};
  return version_ = major * 100 + minor % 100;
}

auto clickhouse_server::table(const std::string& name, bool may_change) -> result<clickhouse_table> {
  if (version_ == 0) WEIR_CHECK(version());
  WEIR_TRY(auto there, columns_of(name));
  if (!there && (!settings_.create || !may_change))
    return error{errc::not_found, "there is no table " + full_name(name) + (settings_.create ? "" : ", and \"create: false\" makes none")};
  if (!there) {
    WEIR_CHECK(make_table(name));
    WEIR_TRY(there, columns_of(name));
    if (!there) return error{errc::unavailable, "the table " + full_name(name) + " is not there after it was made"};
  }
  if (settings_.evolve && may_change) {
    WEIR_CHECK(add_columns(name, *there));
    WEIR_TRY(there, columns_of(name));
  }
  return plan_of(name, there ? *there : named_types{});
}

auto clickhouse_server::columns_of(const std::string& name) -> result<std::optional<named_types>> {
  const auto text = ask("DESCRIBE TABLE " + full_name(name) + " FORMAT TabSeparated", "look at the table \"" + name + '"');
  if (!text && text.failure().code == errc::not_found) return std::optional<named_types>{};
  if (!text) return text.failure();
  auto made = named_types{};
  for (auto left = std::string_view{*text}; !left.empty();) {
    auto line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    auto column = take_field(line);
    auto type = take_field(line);
    const auto given_by = take_field(line);
    if (given_by != "MATERIALIZED" && given_by != "ALIAS") made.emplace_back(std::move(column), std::move(type));
  }
  return std::optional{std::move(made)};
}

auto clickhouse_server::make_table(const std::string& name) -> result<void> {
  const auto has_ticks = version_ >= first_with_ticks;
  auto columns = std::string{has_ticks ? "`time` DateTime64(9, 'UTC'), `tag` LowCardinality(String), `record` String CODEC(ZSTD), "
                                       : "`time` DateTime('UTC'), `time_ns` Int64, `tag` String, `record` String, "};
  columns += "`event_key` String";
  for (const auto& c : read_columns(settings_.columns)) columns += ", `" + c.name + "` Nullable(String)";
  auto query = "CREATE TABLE IF NOT EXISTS " + full_name(name) + " (" + columns + ") ENGINE = " + settings_.engine + " PARTITION BY "
               + settings_.partition_by + " ORDER BY " + settings_.order_by;
  if (!settings_.ttl.empty()) query += " TTL " + settings_.ttl;
  if (version_ >= first_with_tokens && !settings_.engine.starts_with("Replicated")) query += " SETTINGS non_replicated_deduplication_window = 1000";
  WEIR_CHECK(ask(query, "make the table \"" + name + '"'));
  return {};
}

auto clickhouse_server::add_columns(const std::string& name, const named_types& there) -> result<void> {
  for (const auto& c : read_columns(settings_.columns)) {
    const auto is_there = std::any_of(there.begin(), there.end(), [&](const auto& t) { return t.first == c.name; });
    const auto clause = version_ >= first_with_ticks ? " ADD COLUMN IF NOT EXISTS `" : " ADD COLUMN `";
    if (!is_there) WEIR_CHECK(ask("ALTER TABLE " + full_name(name) + clause + c.name + "` Nullable(String)", "add the column \"" + c.name + '"'));
  }
  return {};
}

auto clickhouse_server::plan_of(const std::string& name, const named_types& there) const -> result<clickhouse_table> {
  auto made = clickhouse_table{};
  auto names = std::string{};
  auto has_json = false;
  const auto wanted = read_columns(settings_.columns);
  auto found = std::size_t{0};
  for (const auto& [column, type_text] : there) {
    const auto field = std::find_if(wanted.begin(), wanted.end(), [&, &c = column](const auto& w) { return w.name == c; });
    const auto from = field == wanted.end() ? source_of(column) : source::field;
    if (!from) continue;
    const auto type = parse_clickhouse_type(type_text);
    if (!type || !fits(*from, *type))
      return error{errc::unavailable, "the table " + full_name(name) + " has a column \"" + column + "\" of the type " + type_text + ", which this cannot be written to"};
    if (field != wanted.end()) ++found;
    has_json = has_json || type->is == clickhouse_type::form::json;
    made.columns.push_back({*from, *type, field == wanted.end() ? std::string{} : field->path});
    names += (names.empty() ? "`" : ", `") + column + '`';
  }
  const auto has_time = std::any_of(made.columns.begin(), made.columns.end(), [](const auto& c) { return c.from == source::time; });
  if (!has_time) return error{errc::unavailable, "the table " + full_name(name) + " has no column \"time\""};
  if (found < wanted.size())
    return error{errc::unavailable, "the table " + full_name(name) + " lacks one of the \"columns\", and \"evolve: false\" adds none"};
  made.insert = "/?query=" + percent_encoded_name("INSERT INTO " + full_name(name) + " (" + names + ") FORMAT RowBinary");
  if (has_json) made.insert += "&input_format_binary_read_json_as_string=1";
  for (const auto& [key, value] : settings_.settings) made.insert += '&' + key + '=' + percent_encoded_name(value);
  if (version_ >= first_with_tokens) made.insert += "&insert_deduplication_token=";
  return made;
}

} // namespace weir
