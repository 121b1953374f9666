#include "actors/sinks/postgresql/driver.hpp"

#include "runtime/codec/time_text.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace weir {
namespace {

// Object ids of types: pg_type.dat of PostgreSQL. They never change.
constexpr auto oid_bool = 16U, oid_name = 19U, oid_int8 = 20U, oid_int2 = 21U, oid_int4 = 23U, oid_text = 25U, oid_json = 114U,
               oid_float4 = 700U, oid_float8 = 701U, oid_bpchar = 1042U, oid_varchar = 1043U, oid_timestamp = 1114U,
               oid_timestamptz = 1184U, oid_jsonb = 3802U;

/// Times count microseconds from 2000-01-01.
constexpr auto epoch_us = std::int64_t{946'684'800} * 1'000'000;
constexpr auto partitions_at_once_max = std::int64_t{4096};

// COPY's binary form (documentation of COPY): a head, a tuple a row, and a tail.
constexpr auto copy_head = std::string_view{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
constexpr auto copy_tail = std::string_view{"\377\377", 2};

auto in_quotes(std::string_view name) -> std::string {
  auto quoted = std::string{'"'};
  for (const auto c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

/// Big-endian.
template <class Number> void put_number(byte_buffer& to, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof bytes);
  std::reverse(bytes, bytes + sizeof bytes);
  to.append({bytes, sizeof bytes});
}

void put_bytes(byte_buffer& to, std::string_view bytes) {
  put_number(to, static_cast<std::int32_t>(bytes.size()));
  to.append(bytes);
}

void put_null(byte_buffer& to) { put_number(to, std::int32_t{-1}); }

template <class Number> void put_field(byte_buffer& to, Number number) {
  put_number(to, static_cast<std::int32_t>(sizeof number));
  put_number(to, number);
}

auto microseconds(std::int64_t ns) -> std::int64_t { return ns / 1000 - (ns % 1000 < 0 ? 1 : 0) - epoch_us; }

/// `modifier` of text is its length and four; -1: any.
auto type_of(std::uint32_t oid, std::int32_t modifier) -> std::optional<column_type> {
  using kind = column_type::kind;
  switch (oid) {
  case oid_bool: return column_type{kind::boolean};
  case oid_int2: return column_type{kind::integer, SIZE_MAX, INT16_MIN, INT16_MAX};
  case oid_int4: return column_type{kind::integer, SIZE_MAX, INT32_MIN, INT32_MAX};
  case oid_int8: return column_type{kind::integer};
  case oid_float4: return column_type{.what = kind::real, .is_single = true};
  case oid_float8: return column_type{kind::real};
  case oid_json:
  case oid_jsonb: return column_type{kind::json};
  case oid_timestamp:
  case oid_timestamptz: return column_type{kind::time};
  case oid_name: return column_type{kind::text, 63};
  case oid_text: return column_type{kind::text};
  case oid_bpchar:
  case oid_varchar: return column_type{kind::text, modifier > 4 ? static_cast<std::size_t>(modifier - 4) : SIZE_MAX};
  default: return std::nullopt;
  }
}

auto is_made_by_others(const std::string& state) -> bool {
  constexpr auto states = std::array<std::string_view, 5>{"42P07", "42701", "23505", "42710", "42P06"};
  return std::find(states.begin(), states.end(), state) != states.end();
}

} // namespace

auto postgresql_driver::dialect() const -> const sql_dialect& {
  static constexpr auto words = sql_dialect{.begin = "BEGIN ISOLATION LEVEL READ COMMITTED",
                                            .text_column = "TEXT",
                                            .key_column = "VARCHAR(128)",
                                            .table_options = "",
                                            .keep_if_there = "ON CONFLICT DO NOTHING"};
  return words;
}

auto postgresql_driver::columns_of(const std::string& table) -> result<std::vector<table_column>> {
  WEIR_TRY(const auto rows,
           connection_->query("SELECT a.attname, a.atttypid::bigint, a.atttypmod, format_type(a.atttypid, a.atttypmod), a.attgenerated "
                              "FROM pg_attribute a WHERE a.attrelid = to_regclass(" + sql_text(in_quotes(table)) + ") AND a.attnum > 0 "
                              "AND NOT a.attisdropped"));
  if (rows.empty()) return error{errc::not_found, "there is no table \"" + table + '"'};
  auto columns = std::vector<table_column>{};
  for (const auto& row : rows) {
    const auto oid = static_cast<std::uint32_t>(sql_number(row[1]));
    const auto type = type_of(oid, static_cast<std::int32_t>(sql_number(row[2])));
    const auto is_writable = type && row[4].value_or("").empty();
    columns.push_back({row[0].value_or(""), type.value_or(column_type{}), is_writable ? oid : 0});
  }
  return columns;
}

auto postgresql_driver::shape_of(const std::string& table, const std::vector<field_column>& wanted) -> result<table_shape> {
  WEIR_TRY(const auto columns, columns_of(table));
  return shape_from(table, columns, wanted);
}

auto postgresql_driver::missing_columns(const std::string& table, const std::vector<field_column>& wanted)
    -> result<std::vector<field_column>> {
  WEIR_TRY(const auto columns, columns_of(table));
  return missing_from(columns, wanted);
}

auto postgresql_driver::make(const std::string& sql) -> result<void> {
  auto done = connection_->execute(sql);
  if (!done && is_made_by_others(connection_->state())) return {};
  return done;
}

auto postgresql_driver::make_table(const std::string& table, const std::vector<field_column>& wanted) -> result<void> {
  const auto name = in_quotes(table);
  auto sql = "CREATE TABLE IF NOT EXISTS " + name + "(time TIMESTAMPTZ NOT NULL, tag TEXT NOT NULL, record JSONB NOT NULL";
  for (const auto& w : wanted) sql += ", " + in_quotes(w.name) + " TEXT";
  WEIR_CHECK(make(sql + (parts_ == postgresql_partition::none ? ")" : ") PARTITION BY RANGE (time)")));
  if (parts_ != postgresql_partition::none)
    WEIR_CHECK(make("CREATE TABLE IF NOT EXISTS " + in_quotes(table.substr(0, 55) + "_rest") + " PARTITION OF " + name + " DEFAULT"));
  // Events come nearly in order of their time: an index of blocks is a thousand times smaller than one of rows.
  return make("CREATE INDEX IF NOT EXISTS " + in_quotes(table.substr(0, 57) + "_time") + " ON " + name + " USING brin (time)");
}

auto postgresql_driver::add_columns(const std::string& table, const std::vector<field_column>& missing) -> result<void> {
  for (const auto& m : missing)
    WEIR_CHECK(make("ALTER TABLE " + in_quotes(table) + " ADD COLUMN IF NOT EXISTS " + in_quotes(m.name) + " TEXT"));
  return {};
}

void postgresql_driver::put_value(const table_column& column, const column_value& value, byte_buffer& to) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    const auto is_jsonb = column.code == oid_jsonb;
    put_number(to, static_cast<std::int32_t>(text->size() + (is_jsonb ? 1 : 0)));
    if (is_jsonb) to.push_back('\1'); // the version of its form
    return to.append(*text);
  }
  if (const auto* time = std::get_if<column_time>(&value)) return put_field(to, microseconds(time->ns));
  if (const auto* state = std::get_if<bool>(&value)) return put_bytes(to, {*state ? "\1" : "\0", 1});
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    if (column.code == oid_int2) return put_field(to, static_cast<std::int16_t>(*integer));
    if (column.code == oid_int4) return put_field(to, static_cast<std::int32_t>(*integer));
    return put_field(to, *integer);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    if (column.code == oid_float8) return put_field(to, std::bit_cast<std::int64_t>(*real));
    return put_field(to, std::bit_cast<std::int32_t>(static_cast<float>(*real)));
  }
  put_null(to);
}

void postgresql_driver::encode(const table_shape& table, const row_values& values, row_block& to) {
  auto& out = to.bytes;
  put_number(out, static_cast<std::int16_t>(3 + table.fields.size()));
  const auto is_number = table.time.type.what == column_type::kind::integer;
  put_field(out, is_number ? values.time_ns : microseconds(values.time_ns));
  put_bytes(out, values.tag);
  put_value(table.record, values.json, out);
  for (std::size_t i = 0; i < table.fields.size(); ++i)
    put_value(table.fields[i], value_for(table.fields[i].type, find_path(values.record, table.paths[i]), scratch_), out);
}

auto postgresql_driver::load(const table_shape& table, const row_block& rows, std::size_t first, std::size_t last)
    -> result<std::optional<rejected_rows>> {
  auto sql = "COPY " + in_quotes(table.name) + "(time, tag, record";
  for (const auto& f : table.fields) sql += ", " + in_quotes(f.name);
  WEIR_CHECK(connection_->execute("SAVEPOINT weir"));
  const auto done = connection_->copy(sql + ") FROM STDIN (FORMAT binary)", {copy_head, rows.rows(first, last), copy_tail});
  if (done) {
    WEIR_CHECK(connection_->execute("RELEASE SAVEPOINT weir"));
    return std::optional<rejected_rows>{};
  }
  if (done.failure().code != errc::rejected) return done.failure();
  auto found = rejected_rows{done.failure().what, {}};
  if (const auto line = connection_->rejected_line(); line > 0) found.which = line - 1;
  WEIR_CHECK(connection_->execute("ROLLBACK TO SAVEPOINT weir"));
  return std::optional{std::move(found)};
}

auto postgresql_driver::lacking_rights(const std::string& table, bool is_there) -> result<std::string> {
  WEIR_TRY(const auto found, connection_->query("SELECT current_user, coalesce(current_schema(), ''), coalesce(has_schema_privilege("
                                                "current_schema(), 'CREATE'), false), to_regclass('weir_ledger') IS NOT NULL, coalesce("
                                                "has_table_privilege(to_regclass('weir_ledger'), 'INSERT'), true), coalesce("
                                                "has_table_privilege(to_regclass(" + sql_text(in_quotes(table.empty() ? "weir_ledger" : table))
                                                + "), 'INSERT'), true)"));
  if (found.empty()) return std::string{};
  const auto& row = found.front();
  const auto is = [&](std::size_t column) { return row[column] == "t"; };
  const auto user = "the user \"" + row[0].value_or("") + "\" may not ";
  if ((!is(3) || (!is_there && !table.empty())) && !is(2)) return user + "make tables in the schema \"" + row[1].value_or("") + '"';
  if (!is(4)) return user + "write the table \"weir_ledger\"";
  if (is_there && !is(5)) return user + "write the table \"" + table + '"';
  return std::string{};
}

auto postgresql_driver::prepare_for(const table_shape& table, std::int64_t time_min_ns, std::int64_t time_max_ns) -> result<void> {
  if (parts_ == postgresql_partition::none) return {};
  const auto step_s = parts_ == postgresql_partition::day ? std::int64_t{86'400} : std::int64_t{3'600};
  const auto begin_of = [&](std::int64_t ns) { return second_of(ns) / step_s * step_s; };
  const auto last = begin_of(time_max_ns);
  // What is further apart lies in the partition that has the rest.
  for (auto at = std::max(begin_of(time_min_ns), last - partitions_at_once_max * step_s); at <= last; at += step_s)
    if (partitions_.insert({table.name, at}).second) WEIR_CHECK(make_partition(table.name, at));
  return {};
}

auto postgresql_driver::make_partition(const std::string& table, std::int64_t begin_s) -> result<void> {
  const auto step_s = parts_ == postgresql_partition::day ? std::int64_t{86'400} : std::int64_t{3'600};
  char begin[time_text_bytes], end[time_text_bytes];
  write_time_text(begin, begin_s * 1'000'000'000);
  write_time_text(end, (begin_s + step_s) * 1'000'000'000);
  const auto text = std::string{begin, time_text_bytes};
  auto suffix = "_p" + text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2);
  if (parts_ == postgresql_partition::hour) suffix += '_' + text.substr(11, 2);
  const auto done = make("CREATE TABLE IF NOT EXISTS " + in_quotes(table.substr(0, 63 - suffix.size()) + suffix) + " PARTITION OF "
                         + in_quotes(table) + " FOR VALUES FROM (" + sql_text(text) + ") TO ("
                         + sql_text({end, time_text_bytes}) + ')');
  // It overlaps with one that somebody else laid out, or the rest has such rows already: they have a place.
  if (!done && (connection_->state() == "42P17" || connection_->state() == "23514")) return {};
  return done;
}

} // namespace weir
