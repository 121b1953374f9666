#include "actors/sinks/sqlite/text_index.hpp"

#include "actors/sinks/sqlite/schema.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace weir {
namespace {

constexpr auto whole_record = std::string_view{"record"};

/// `record`: what the record is called there.
auto text_of(const std::string& field, const std::string& record) -> std::string {
  return field == whole_record ? record : expression_of(field, record);
}

class index_maker {
public:
  index_maker(const std::string& table, const std::vector<std::string>& fields)
      : name_(table), table_(in_quotes(table, '"')), view_(in_quotes(table + "_text", '"')), index_(in_quotes(table + "_fts", '"')), fields_(fields) {}

  auto view() const -> std::string {
    return "CREATE VIEW " + view_ + " AS SELECT rowid AS weir_row" + each([](const auto& f) { return text_of(f, "record") + " AS " + in_quotes(f, '"'); })
           + " FROM " + table_;
  }
  auto make() const -> std::string {
    const auto content = ", content=" + in_quotes(name_ + "_text", '\'') + ", content_rowid='weir_row')";
    return view() + "; INSERT INTO weir_inserting VALUES(" + quoted_name() + ", " + nothing_new + "); CREATE VIRTUAL TABLE " + index_ + " USING fts5(" + names().substr(2) + content + "; INSERT INTO " + index_ + '('
           + index_ + ") VALUES('rebuild'); " + trigger("insert", "new", put_in()) + trigger("delete", "old", take_out())
           + trigger("update", "old", take_out() + put_in());
  }
  auto take_away() const -> std::string {
    auto sql = "CREATE TABLE IF NOT EXISTS weir_inserting(name TEXT PRIMARY KEY, first INTEGER NOT NULL) WITHOUT ROWID; DELETE FROM "
               "weir_inserting WHERE name = " + quoted_name() + "; ";
    for (const auto* when : {"insert", "delete", "update"}) sql += "DROP TRIGGER IF EXISTS " + in_quotes(name_ + "_fts_" + when, '"') + "; ";
    return sql + "DROP TABLE IF EXISTS " + index_ + "; DROP VIEW IF EXISTS " + view_ + "; ";
  }

  auto begin() const -> std::string {
    return "UPDATE weir_inserting SET first = coalesce((SELECT max(rowid) FROM " + table_ + "), 0) + 1 WHERE name = " + quoted_name();
  }
  auto put_in_new() const -> std::string {
    return "INSERT INTO " + index_ + "(rowid" + names() + ") SELECT weir_row" + names() + " FROM " + view_ + " WHERE weir_row >= " + first_new();
  }
  auto end() const -> std::string {
    return "UPDATE weir_inserting SET first = " + std::string{nothing_new} + " WHERE name = " + quoted_name();
  }

private:
  static constexpr auto nothing_new = "9223372036854775807";
  auto quoted_name() const -> std::string { return in_quotes(name_, '\''); }
  auto first_new() const -> std::string { return "(SELECT first FROM weir_inserting WHERE name = " + quoted_name() + ')'; }
  template <class Text> auto each(Text&& text) const -> std::string {
    auto all = std::string{};
    for (const auto& f : fields_) all += ", " + text(f);
    return all;
  }
  auto names() const -> std::string {
    return each([](const auto& f) { return in_quotes(f, '"'); });
  }
  auto put_in() const -> std::string {
    return "INSERT INTO " + index_ + "(rowid" + names() + ") VALUES(new.rowid" + each([](const auto& f) { return text_of(f, "new.record"); }) + "); ";
  }
  /// An index without a copy has to be told what was there.
  auto take_out() const -> std::string {
    return "INSERT INTO " + index_ + '(' + index_ + ", rowid" + names() + ") VALUES('delete', old.rowid"
           + each([](const auto& f) { return text_of(f, "old.record"); }) + "); ";
  }
  /// `row`: what is new or old of it.
  auto trigger(const std::string& when, const std::string& row, const std::string& does) const -> std::string {
    return "CREATE TRIGGER " + in_quotes(name_ + "_fts_" + when, '"') + " AFTER " + when + " ON " + table_ + " WHEN " + row + ".rowid < "
           + first_new() + " BEGIN " + does + "END; ";
  }

  std::string name_;
  std::string table_;
  std::string view_;
  std::string index_;
  const std::vector<std::string>& fields_;
};

struct what_is_there {
  std::string view; ///< as it was made; empty: none
  bool has_index = false;
};

auto look_for_index(sqlite_connection& database, const std::string& table) -> result<what_is_there> {
  auto found = what_is_there{};
  WEIR_TRY(auto list, database.prepare("SELECT type, sql FROM sqlite_master WHERE name IN (?1, ?2)"));
  const auto view = table + "_text";
  const auto index = table + "_fts";
  list.bind(1, view);
  list.bind(2, index);
  for (;;) {
    WEIR_TRY(const auto is_row, list.step());
    if (!is_row) return found;
    if (list.text(0) == "view")
      found.view = list.text(1);
    else
      found.has_index = true;
  }
}

auto carry_out(sqlite_connection& database, const std::string& sql) -> result<void> {
  WEIR_CHECK(database.execute("BEGIN IMMEDIATE"));
  auto done = database.execute(sql);
  if (done) done = database.execute("COMMIT");
  if (!done) database.roll_back();
  return done;
}

} // namespace

auto problem_of_text(const std::vector<std::string>& fields) -> std::string {
  constexpr auto taken = std::array<std::string_view, 3>{"rank", "rowid", "weir_row"};
  auto seen = std::set<std::string>{};
  for (const auto& field : fields) {
    const auto is_odd = [](char c) { return c == '"' || static_cast<unsigned char>(c) < 0x20; };
    if (field.empty() || std::any_of(field.begin(), field.end(), is_odd))
      return "\"full_text\" wants names of fields without quotes and control characters, not \"" + field + '"';
    if (std::find(taken.begin(), taken.end(), lower_case(field)) != taken.end())
      return "\"full_text\" cannot have \"" + field + "\", which SQLite or Weir calls something else";
    if (!seen.insert(lower_case(field)).second)
      return "\"full_text\" has \"" + field + "\" twice (upper and lower case are the same)";
  }
  if (!fields.empty() && !sqlite_has_full_text())
    return "\"full_text\" wants a SQLite with FTS5, and the library on this machine has none";
  return {};
}

auto prepare_text_index(sqlite_connection& database, const std::string& table, const std::vector<std::string>& fields)
    -> result<void> {
  WEIR_TRY(const auto found, look_for_index(database, table));
  const auto wanted = index_maker{table, fields};
  if (fields.empty()) return found.view.empty() ? result<void>{} : carry_out(database, wanted.take_away());
  if (found.view == wanted.view() && found.has_index) return {};
  if (found.view.empty() && found.has_index)
    return error{errc::failed, "the table \"" + table + "_fts\" is another program's: drop it, or take \"full_text\" out"};
  return carry_out(database, wanted.take_away() + wanted.make());
}

auto sqlite_text_writer::open(sqlite_connection& database, const std::string& table, const std::vector<std::string>& fields)
    -> result<sqlite_text_writer> {
  const auto of = index_maker{table, fields};
  auto made = sqlite_text_writer{};
  WEIR_TRY(made.begin_, database.prepare(of.begin()));
  WEIR_TRY(made.put_in_, database.prepare(of.put_in_new()));
  WEIR_TRY(made.end_, database.prepare(of.end()));
  return made;
}

auto sqlite_text_writer::end() -> result<void> {
  WEIR_CHECK(put_in_.run());
  return end_.run();
}

} // namespace weir
