#include "actors/sinks/sqlite/search.hpp"

#include "actors/sinks/sqlite/schema.hpp"

#include <unistd.h>

#include <algorithm>

namespace weir {
namespace {

/// `text` anywhere: % and _ stand for themselves.
auto like_pattern(std::string_view text) -> std::string {
  auto pattern = std::string{"%"};
  for (const auto c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

/// Each word as a string of FTS5: nothing in it is an operator.
auto words_to_match(std::string_view text) -> std::string {
  auto query = std::string{};
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (text.empty()) return query;
    const auto end = std::min(text.find_first_of(" \t\r\n"), text.size());
    query += query.empty() ? "\"" : " \"";
    for (const auto c : text.substr(0, end)) query.append(c == '"' ? 2 : 1, c);
    query += '"';
    text.remove_prefix(end);
  }
}

} // namespace

auto sqlite_search::open(const std::string& path, const std::string& table, wish what) -> result<sqlite_search> {
  if (const auto problem = problem_of_table(table); !problem.empty()) return error{errc::malformed, problem};
  if (::access(path.c_str(), F_OK) != 0) return error{errc::not_found, "there is no database yet"};
  auto made = sqlite_search{};
  WEIR_TRY(made.database_, sqlite_connection::open_to_read(path));
  made.table_ = table;
  made.has_tags_ = !what.tags.matches_all();
  made.text_ = std::move(what.text);
  WEIR_CHECK(made.database_.define("weir_takes_tag", [tags = std::move(what.tags)](std::string_view tag) { return tags.matches(tag); }));
  WEIR_CHECK(made.look_at_schema());
  return made;
}

auto sqlite_search::look_at_schema() -> result<void> {
  WEIR_TRY(auto list, database_.prepare("SELECT name = ?1 FROM sqlite_master WHERE type = 'table' AND (name = ?1 OR (name = ?2 "
                                        "AND sql LIKE 'create virtual table%using fts5%'))"));
  const auto index = table_ + "_fts";
  list.bind(1, table_);
  list.bind(2, index);
  auto is_there = false;
  while (true) {
    WEIR_TRY(const auto has_row, list.step());
    if (!has_row) break;
    is_there = is_there || list.integer(0) == 1;
    uses_index_ = uses_index_ || list.integer(0) == 0;
  }
  if (!is_there) return error{errc::not_found, "there is no table \"" + table_ + "\" yet"};
  if (!text_.empty()) text_ = uses_index_ ? words_to_match(text_) : like_pattern(text_);
  return {};
}

auto sqlite_search::condition() const -> std::string {
  auto sql = std::string{"time >= ?1 AND time < ?2"};
  if (has_tags_) sql += " AND weir_takes_tag(tag)";
  if (text_.empty()) return sql;
  if (!uses_index_) return sql + " AND record LIKE ?3 ESCAPE '\\'";
  return sql + " AND rowid IN (SELECT rowid FROM \"" + table_ + "_fts\" WHERE \"" + table_ + "_fts\" MATCH ?3)";
}

void sqlite_search::bind(sqlite_statement& to, const time_span& within) const {
  to.bind(1, within.from_ns);
  to.bind(2, within.to_ns);
  if (!text_.empty()) to.bind(3, text_);
}

auto sqlite_search::find(const page& wanted) -> result<findings> {
  auto within = wanted.within;
  constexpr auto latest = std::numeric_limits<std::int64_t>::max();
  const auto before = wanted.before.value_or(row_place{latest, latest});
  if (before.time_ns < latest) within.to_ns = std::min(within.to_ns, before.time_ns + 1);
  WEIR_TRY(auto rows, database_.prepare("SELECT time, rowid, tag, record, json_valid(record) FROM \"" + table_ + "\" WHERE " + condition()
                                        + " AND (time, rowid) < (?4, ?5) ORDER BY time DESC, rowid DESC LIMIT ?6"));
  bind(rows, within);
  rows.bind(4, before.time_ns);
  rows.bind(5, before.row);
  rows.bind(6, static_cast<std::int64_t>(wanted.rows_max) + 1);
  auto found = findings{};
  auto bytes = std::size_t{0};
  while (true) {
    const auto has_row = rows.step();
    if (!has_row && has_row.failure().code != errc::limit) return has_row.failure();
    if (!has_row) return found.has_more = true, found.problem = "it looked no further: " + has_row.failure().what, found;
    if (!*has_row) return found;
    found.has_more = found.rows.size() == wanted.rows_max || bytes > wanted.bytes_max;
    if (found.has_more) return found;
    found.rows.push_back({{rows.integer(0), rows.integer(1)}, rows.text(2), rows.text(3), rows.integer(4) == 1});
    bytes += found.rows.back().record.size();
  }
}

auto sqlite_search::count(const time_span& within) -> result<std::uint64_t> {
  if (!count_) {
    WEIR_TRY(count_.emplace(), database_.prepare("SELECT count(*) FROM \"" + table_ + "\" WHERE " + condition()));
  }
  bind(*count_, within);
  WEIR_TRY(const auto has_row, count_->step());
  const auto number = has_row ? count_->integer(0) : 0;
  count_->reset();
  return static_cast<std::uint64_t>(number);
}

auto sqlite_search::times() -> result<std::optional<std::pair<std::int64_t, std::int64_t>>> {
  using ends = std::optional<std::pair<std::int64_t, std::int64_t>>;
  // Two questions, each of which the index on time answers at once.
  WEIR_TRY(auto list, database_.prepare("SELECT (SELECT min(time) FROM \"" + table_ + "\"), (SELECT max(time) FROM \"" + table_
                                        + "\"), EXISTS (SELECT 1 FROM \"" + table_ + "\")"));
  WEIR_TRY(const auto has_row, list.step());
  if (!has_row || list.integer(2) == 0) return ends{};
  return ends{{list.integer(0), list.integer(1)}};
}

} // namespace weir
