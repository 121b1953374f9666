#include "actors/sinks/mysql/driver.hpp"

#include "runtime/codec/time_text.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace weir {
namespace {

// A row is a line of fields with tabs between them, as LOAD DATA reads it. What is inside of a field is escaped so that it
// may stand between the quotes of a string of SQL as well: INSERT is made of the same bytes.
constexpr auto null_field = std::string_view{"\\N"};

auto in_backticks(std::string_view name) -> std::string {
  auto quoted = std::string{'`'};
  for (const auto c : name) quoted.append(c == '`' ? 2 : 1, c);
  return quoted + '`';
}

void put_escaped(byte_buffer& to, std::string_view text) {
  auto begin = std::size_t{0};
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto letter = '\0';
    switch (text[at]) {
    case '\\': letter = '\\'; break;
    case '\'': letter = '\''; break;
    case '\t': letter = 't'; break;
    case '\n': letter = 'n'; break;
    case '\0': letter = '0'; break;
    default: continue;
    }
    to.append(text.substr(begin, at - begin));
    to.push_back('\\');
    to.push_back(letter);
    begin = at + 1;
  }
  to.append(text.substr(begin));
}

/// DATETIME(6): "2026-11-22 15:04:05.123456".
void put_time(byte_buffer& to, std::int64_t ns) {
  constexpr auto date_bytes = std::size_t{10};
  constexpr auto bytes = std::size_t{26};
  char text[time_text_bytes];
  write_time_text(text, ns);
  text[date_bytes] = ' ';
  to.append({text, bytes});
}

template <class Number> void put_number(byte_buffer& to, Number number) {
  char text[40];
  to.append({text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, number).ptr - text)});
}

void put_value(byte_buffer& to, const column_value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return put_escaped(to, *text);
  if (const auto* time = std::get_if<column_time>(&value)) return put_time(to, time->ns);
  if (const auto* state = std::get_if<bool>(&value)) return to.push_back(*state ? '1' : '0');
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return put_number(to, *integer);
  if (const auto* real = std::get_if<double>(&value)) return put_number(to, *real);
  to.append(null_field);
}

struct integer_type {
  std::string_view name;
  std::int64_t min;
  std::int64_t max;
  std::int64_t unsigned_max;
};
constexpr auto integer_types = std::array<integer_type, 5>{{{"tinyint", -128, 127, 255},
                                                           {"smallint", INT16_MIN, INT16_MAX, UINT16_MAX},
                                                           {"mediumint", -8'388'608, 8'388'607, 16'777'215},
                                                           {"int", INT32_MIN, INT32_MAX, UINT32_MAX},
                                                           {"bigint", INT64_MIN, INT64_MAX, INT64_MAX}}};

auto type_of(std::string_view name, std::string_view whole, std::int64_t text_max) -> std::optional<column_type> {
  using kind = column_type::kind;
  for (const auto& t : integer_types)
    if (name == t.name) {
      const auto is_unsigned = whole.find("unsigned") != std::string_view::npos;
      return column_type{kind::integer, SIZE_MAX, is_unsigned ? 0 : t.min, is_unsigned ? t.unsigned_max : t.max};
    }
  if (name == "float") return column_type{.what = kind::real, .is_single = true};
  if (name == "double" || name == "decimal") return column_type{kind::real};
  if (name == "json") return column_type{kind::json};
  if (name == "datetime" || name == "timestamp") return column_type{kind::time};
  constexpr auto texts = std::array<std::string_view, 6>{"char", "varchar", "tinytext", "text", "mediumtext", "longtext"};
  if (std::find(texts.begin(), texts.end(), name) == texts.end()) return std::nullopt;
  // Of *text it is a number of bytes: a character has up to four.
  const auto bytes_each = name.ends_with("char") ? 1 : 4;
  return column_type{kind::text, text_max > 0 ? static_cast<std::size_t>(text_max / bytes_each) : SIZE_MAX};
}

auto columns_in(const table_shape& table) -> std::string {
  auto list = std::string{"(`time`, `tag`, `record`"};
  for (const auto& f : table.fields) list += ", " + in_backticks(f.name);
  return list + ')';
}

/// A line as values of SQL.
void append_values(std::string& sql, std::string_view line) {
  sql += '(';
  for (;;) {
    const auto end = line.find('\t');
    const auto field = line.substr(0, end);
    if (field == null_field)
      sql += "NULL";
    else
      sql.append("'").append(field).append("'");
    if (end == std::string_view::npos) break;
    sql += ',';
    line.remove_prefix(end + 1);
  }
  sql += ')';
}

/// The last is what servers say of it that only speak the protocol.
constexpr auto no_local_files = std::array{1148U, 3948U, 4166U, 3950U, 1105U};

} // namespace

auto mysql_driver::dialect() const -> const sql_dialect& {
  static constexpr auto words = sql_dialect{.begin = "START TRANSACTION",
                                            .text_column = "TEXT CHARACTER SET ascii COLLATE ascii_bin",
                                            .key_column = "VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin",
                                            .table_options = "ENGINE=InnoDB",
                                            .keep_if_there = "ON DUPLICATE KEY UPDATE sink = VALUES(sink)",
                                            .has_index_in_table = true};
  return words;
}

auto mysql_driver::columns_of(const std::string& table) -> result<std::vector<table_column>> {
  WEIR_TRY(const auto rows, connection_->query("SELECT column_name, data_type, column_type, character_maximum_length, extra FROM "
                                               "information_schema.columns WHERE table_schema = database() AND table_name = "
                                               + sql_text(table)));
  if (rows.empty()) return error{errc::not_found, "there is no table \"" + table + '"'};
  auto columns = std::vector<table_column>{};
  for (const auto& row : rows) {
    const auto type = type_of(row[1].value_or(""), row[2].value_or(""), sql_number(row[3]));
    const auto is_generated = row[4].value_or("").find("GENERATED") != std::string::npos && row[4] != "DEFAULT_GENERATED";
    columns.push_back({row[0].value_or(""), type.value_or(column_type{}), type && !is_generated ? 1U : 0U});
  }
  return columns;
}

auto mysql_driver::shape_of(const std::string& table, const std::vector<field_column>& wanted) -> result<table_shape> {
  WEIR_TRY(const auto columns, columns_of(table));
  return shape_from(table, columns, wanted);
}

auto mysql_driver::missing_columns(const std::string& table, const std::vector<field_column>& wanted)
    -> result<std::vector<field_column>> {
  WEIR_TRY(const auto columns, columns_of(table));
  return missing_from(columns, wanted);
}

auto mysql_driver::make_table(const std::string& table, const std::vector<field_column>& wanted) -> result<void> {
  auto sql = "CREATE TABLE IF NOT EXISTS " + in_backticks(table)
             + "(`time` DATETIME(6) NOT NULL, `tag` TEXT NOT NULL, `record` JSON NOT NULL";
  for (const auto& w : wanted) sql += ", " + in_backticks(w.name) + " TEXT";
  return connection_->execute(sql + ", INDEX `time`(`time`)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4");
}

auto mysql_driver::add_columns(const std::string& table, const std::vector<field_column>& missing) -> result<void> {
  constexpr auto is_there = 1060U;
  for (const auto& m : missing) {
    const auto done = connection_->execute("ALTER TABLE " + in_backticks(table) + " ADD COLUMN " + in_backticks(m.name) + " TEXT");
    if (!done && connection_->number() != is_there) return done;
  }
  return {};
}

void mysql_driver::encode(const table_shape& table, const row_values& values, row_block& to) {
  auto& out = to.bytes;
  if (table.time.type.what == column_type::kind::integer)
    put_number(out, values.time_ns);
  else
    put_time(out, values.time_ns);
  out.push_back('\t');
  put_escaped(out, values.tag);
  out.push_back('\t');
  put_escaped(out, values.json);
  for (std::size_t i = 0; i < table.fields.size(); ++i) {
    out.push_back('\t');
    put_value(out, value_for(table.fields[i].type, find_path(values.record, table.paths[i]), scratch_));
  }
  out.push_back('\n');
}

/// A right may come from the server, the database, a table or a role; of what a role gives nothing is known here.
auto mysql_driver::lacking_rights(const std::string& table, bool is_there) -> result<std::string> {
  const auto me = std::string{"grantee = concat('''', substring_index(current_user(), '@', 1), '''@''', "
                              "substring_index(current_user(), '@', -1), '''')"};
  WEIR_TRY(const auto found,
           connection_->query("SELECT privilege_type FROM information_schema.user_privileges WHERE " + me
                              + " UNION SELECT privilege_type FROM information_schema.schema_privileges WHERE " + me
                              + " AND database() LIKE table_schema UNION SELECT privilege_type FROM information_schema.table_privileges WHERE "
                              + me + " AND table_schema = database() AND table_name = " + sql_text(table)));
  const auto may = [&](std::string_view what) {
    return std::any_of(found.begin(), found.end(), [&](const auto& row) { return row[0] == what; });
  };
  WEIR_TRY(const auto ledger, connection_->query("SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND "
                                                 "table_name = 'weir_ledger'"));
  const auto makes_tables = ledger.empty() || sql_number(ledger[0][0]) == 0 || (!is_there && !table.empty());
  for (const auto* what : {"SELECT", "INSERT", "UPDATE", "DELETE"})
    if (!may(what)) return "the user lacks the right " + std::string{what} + ", unless a role gives it";
  if (makes_tables && !may("CREATE")) return std::string{"the user lacks the right CREATE, unless a role gives it"};
  return std::string{};
}

auto mysql_driver::load(const table_shape& table, const row_block& rows, std::size_t first, std::size_t last)
    -> result<std::optional<rejected_rows>> {
  constexpr auto worth_a_file = std::size_t{100}; // rows; a few are sooner there in a statement
  if (loads_ && last - first >= worth_a_file) {
    WEIR_TRY(const auto is_in, load_as_file(table, rows.rows(first, last)));
    if (is_in) return std::optional<rejected_rows>{};
  }
  return insert(table, rows, first, last);
}

auto mysql_driver::save() -> result<void> {
  if (!saves_) return {};
  auto done = connection_->execute("SAVEPOINT weir");
  if (done || !connection_->has_answered()) return done;
  saves_ = false; // an engine of another kind than InnoDB
  return {};
}

auto mysql_driver::take_back(const std::string& why) -> result<void> {
  if (saves_) return connection_->execute("ROLLBACK TO SAVEPOINT weir");
  return error{errc::rejected, why};
}

auto mysql_driver::load_as_file(const table_shape& table, std::string_view rows) -> result<bool> {
  WEIR_CHECK(save());
  const auto warnings = connection_->load("LOAD DATA LOCAL INFILE 'weir' INTO TABLE " + in_backticks(table.name)
                                              + " CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' "
                                              + columns_in(table),
                                          rows);
  if (warnings && *warnings == 0) return true;
  if (!warnings && std::find(no_local_files.begin(), no_local_files.end(), connection_->number()) != no_local_files.end())
    loads_ = false;
  else if (!warnings && warnings.failure().code != errc::rejected)
    return warnings.failure();
  // With LOCAL, values that do not fit are changed and rows left out, with a warning. INSERT refuses them.
  WEIR_CHECK(take_back(warnings ? "it does not fit" : warnings.failure().what));
  return false;
}

auto mysql_driver::insert(const table_shape& table, const row_block& rows, std::size_t first, std::size_t last)
    -> result<std::optional<rejected_rows>> {
  constexpr auto slack = std::size_t{1024};
  const auto head = "INSERT INTO " + in_backticks(table.name) + columns_in(table) + " VALUES ";
  const auto bytes_max = packet_bytes_ > head.size() + 2 * slack ? packet_bytes_ - slack : slack;
  WEIR_CHECK(save());
  auto why = std::optional<rejected_rows>{};
  for (auto at = first; at < last && !why;) {
    const auto begin = at;
    auto sql = head;
    while (at < last) {
      const auto line = rows.rows(at, at + 1);
      const auto more = line.size() + 3 * (table.fields.size() + 4); // quotes and commas
      if (at > begin && sql.size() + more > bytes_max) break;
      if (at > begin) sql += ',';
      append_values(sql, line.substr(0, line.size() - 1));
      ++at;
    }
    if (at - begin == 1 && sql.size() > bytes_max) {
      why = {"it is larger than max_allowed_packet of the server, " + std::to_string(packet_bytes_) + " bytes", begin - first};
      break;
    }
    const auto done = connection_->execute(sql);
    if (done) continue;
    if (done.failure().code != errc::rejected) return done.failure();
    why = rejected_rows{done.failure().what, {}};
    if (const auto row = connection_->rejected_row(); row > 0 && row <= at - begin) why->which = begin - first + row - 1;
  }
  if (why) WEIR_CHECK(take_back(why->reason));
  return why;
}

} // namespace weir
