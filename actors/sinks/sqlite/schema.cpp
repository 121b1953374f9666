#include "actors/sinks/sqlite/schema.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace weir {
namespace {

constexpr auto own_columns = {"time", "tag", "record"};

auto is_word(std::string_view name) -> bool {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

auto definition_of(const std::string& column) -> std::string {
  return in_quotes(column, '"') + " GENERATED ALWAYS AS (" + expression_of(column) + ") VIRTUAL";
}

auto columns_of(sqlite_connection& database, const std::string& table) -> result<std::set<std::string>> {
  auto names = std::set<std::string>{};
  WEIR_TRY(auto list,
           database.prepare("SELECT name FROM pragma_table_xinfo(" + in_quotes(table, '\'') + ')'));
  for (;;) {
    WEIR_TRY(const auto row, list.step());
    if (!row) return names;
    names.insert(lower_case(list.text(0)));
  }
}

auto has_row_numbers(sqlite_connection& database, const std::string& table) -> result<bool> {
  WEIR_TRY(auto list, database.prepare("SELECT wr = 0 FROM pragma_table_list(" + in_quotes(table, '\'') + ')'));
  WEIR_TRY(const auto is_there, list.step());
  return is_there && list.integer(0) == 1;
}

} // namespace

auto lower_case(std::string text) -> std::string {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

auto in_quotes(std::string_view text, char quote) -> std::string {
  auto result = std::string{quote};
  for (const auto c : text) result.append(c == quote ? 2 : 1, c);
  return result + quote;
}

auto expression_of(const std::string& column, const std::string& record) -> std::string {
  auto nested = std::string{"$.\""};
  for (const auto c : column) nested += c == '.' ? std::string{"\".\""} : std::string{c};
  const auto extract = [&](const std::string& path) {
    return "json_extract(" + record + ", " + in_quotes(path, '\'') + ')';
  };
  const auto whole = extract("$.\"" + column + '"');
  return column.find('.') == std::string::npos ? whole
                                               : "coalesce(" + whole + ", " + extract(nested + '"') + ')';
}

auto problem_of_table(const std::string& name) -> std::string {
  if (!is_word(name)) return "\"table\" wants a name of letters, digits and _, not \"" + name + '"';
  constexpr auto ours = std::array<std::string_view, 5>{"weir_ledger", "weir_positions", "weir_settled", "weir_times", "weir_inserting"};
  if (lower_case(name).starts_with("sqlite_") || std::find(ours.begin(), ours.end(), lower_case(name)) != ours.end())
    return "\"table\" cannot be \"" + name + "\", which is taken";
  return {};
}

auto problem_of_columns(const std::vector<std::string>& columns) -> std::string {
  auto seen = std::set<std::string>(own_columns.begin(), own_columns.end());
  for (const auto& column : columns) {
    const auto is_odd = [](char c) { return c == '"' || static_cast<unsigned char>(c) < 0x20; };
    if (column.empty() || std::any_of(column.begin(), column.end(), is_odd))
      return "\"columns\" wants names of fields without quotes and control characters, not \"" + column + '"';
    if (!seen.insert(lower_case(column)).second)
      return "\"columns\" has \"" + column
             + "\", which is a column already (upper and lower case are the same)";
  }
  return {};
}

auto add_seen(sqlite_connection& database, const std::string& table) -> result<void> {
  WEIR_TRY(const auto found, columns_of(database, table));
  if (found.contains("seen")) return {};
  return database.execute("ALTER TABLE " + table + " ADD COLUMN seen INTEGER NOT NULL DEFAULT 0; UPDATE " + table
                          + " SET seen = unixepoch()");
}

auto carry_over_rowid_table(sqlite_connection& database, const std::string& table, const std::string& make)
    -> result<void> {
  WEIR_TRY(const auto is_of_before, has_row_numbers(database, table));
  if (!is_of_before) return {};
  WEIR_CHECK(database.execute("BEGIN IMMEDIATE"));
  // Another process may have been faster.
  const auto is_still = has_row_numbers(database, table);
  auto done = is_still ? result<void>{} : result<void>{is_still.failure()};
  if (is_still && *is_still)
    done = database.execute("ALTER TABLE " + table + " RENAME TO " + table + "_before; " + make + "; INSERT OR IGNORE INTO "
                            + table + " SELECT sink, source, stream, first, last, seen FROM " + table
                            + "_before; DROP TABLE " + table + "_before");
  if (done) done = database.execute("COMMIT");
  if (!done) database.roll_back();
  return done;
}

auto prepare_event_table(sqlite_connection& database, const std::string& table,
                         const std::vector<std::string>& columns) -> result<void> {
  auto missing = columns;
  WEIR_TRY(const auto found, columns_of(database, table));
  if (found.empty()) {
    auto sql = "CREATE TABLE IF NOT EXISTS \"" + table
               + "\"(time INTEGER NOT NULL, tag TEXT NOT NULL, record TEXT NOT NULL";
    for (const auto& column : std::exchange(missing, {})) sql += ", " + definition_of(column);
    WEIR_CHECK(database.execute(sql + ')'));
  } else {
    for (const auto* column : own_columns)
      if (!found.contains(column))
        return error{errc::failed,
                     "the table \"" + table + "\" has no column \"" + column + "\"; another program made it"};
  }
  for (const auto& column : missing)
    if (!found.contains(lower_case(column)))
      WEIR_CHECK(database.execute("ALTER TABLE \"" + table + "\" ADD COLUMN " + definition_of(column)));
  WEIR_CHECK(
      database.execute("CREATE INDEX IF NOT EXISTS \"" + table + "_time\" ON \"" + table + "\"(time)"));
  return database.execute("CREATE INDEX IF NOT EXISTS \"" + table + "_tag\" ON \"" + table + "\"(tag)");
}

} // namespace weir
