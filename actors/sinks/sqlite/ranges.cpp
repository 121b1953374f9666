#include "actors/sinks/sqlite/ranges.hpp"

#include "actors/sinks/sqlite/schema.hpp"

#include <algorithm>

namespace weir {
namespace {

/// SQLite's integers are signed. What is above 2^63 keeps its value, and only its order is lost.
auto signed_number(std::uint64_t value) -> std::int64_t { return static_cast<std::int64_t>(value); }
auto unsigned_number(std::int64_t value) -> std::uint64_t { return static_cast<std::uint64_t>(value); }

constexpr auto is_client_id = " stream >= '~' AND stream < '\x7f'";

} // namespace

auto sqlite_ranges::prepare_table(sqlite_connection& database, const std::string& table) -> result<void> {
  const auto make = "CREATE TABLE IF NOT EXISTS " + table + "(sink TEXT NOT NULL, source TEXT NOT NULL, stream TEXT NOT "
                    "NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0, "
                    "PRIMARY KEY(sink, source, stream, first, last)) WITHOUT ROWID";
  WEIR_CHECK(database.execute(make));
  WEIR_CHECK(add_seen(database, table));
  WEIR_CHECK(carry_over_rowid_table(database, table, make));
  return database.execute("CREATE INDEX IF NOT EXISTS " + table + "_seen ON " + table + "(seen) WHERE" + is_client_id);
}

auto sqlite_ranges::open(sqlite_connection& database, std::string_view table, const std::string& sink)
    -> result<sqlite_ranges> {
  const auto name = std::string{table};
  WEIR_CHECK(prepare_table(database, name));
  const auto is_id = std::string{is_client_id};
  const auto of_sink = " FROM " + name + " WHERE sink = ?1";
  const auto of_source = of_sink + " AND source = ?2";
  const auto in_stream = of_source + " AND stream = ?3";
  const auto ids = of_sink + " AND" + is_id;
  auto made = sqlite_ranges{};
  made.sink_ = sink;
  // Since rows have no position in common, of those that begin before the range only the last one reaches into it.
  WEIR_TRY(made.parts_, database.prepare("SELECT first, last" + in_stream + " AND first < ?5 AND first >= coalesce((SELECT "
                                         "first" + in_stream + " AND first BETWEEN 0 AND ?4 AND last > first "
                                         "ORDER BY first DESC LIMIT 1), ?4) AND last > ?4 AND last > first"));
  WEIR_TRY(made.insert_, database.prepare("INSERT INTO " + name + " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING"));
  WEIR_TRY(made.list_, database.prepare("SELECT stream, first, last" + of_source + " AND NOT" + is_id
                                        + " AND stream NOT IN (SELECT stream" + of_source + " AND first = -1)"));
  WEIR_TRY(made.unfolded_list_, database.prepare("SELECT source, stream, min(first) FROM (SELECT source, stream, first, "
                                                 "lag(last) OVER (PARTITION BY source, stream ORDER BY first, last) AS before"
                                                 + of_sink + " AND first >= 0 AND NOT" + is_id
                                                 + ") WHERE before >= first GROUP BY source, stream"));
  WEIR_TRY(made.forget_ids_, database.prepare("DELETE" + ids + " AND seen < ?2"));
  WEIR_TRY(made.forget_ended_, database.prepare("DELETE" + of_sink + " AND (source, stream) IN (SELECT source, stream"
                                                + of_sink + " AND first = -1 AND seen < ?2)"));
  WEIR_TRY(made.first_kept_id_, database.prepare("SELECT seen" + ids + " ORDER BY seen DESC LIMIT 1 OFFSET ?2"));
  WEIR_TRY(made.forget_ids_below_, database.prepare("DELETE" + ids + " AND seen <= ?2"));
  WEIR_TRY(made.folder_, sqlite_row_folder::open(database, {name, "sink = ?1 AND source = ?2 AND stream = ?3",
                                                            "?1, ?2, ?3, ?4, ?5, ?6"}));
  return made;
}

void sqlite_ranges::bind(sqlite_statement& to, const std::string& source, const std::string& stream) {
  to.bind(1, sink_);
  to.bind(2, owner_of(source, stream));
  to.bind(3, stream);
}

auto sqlite_ranges::find(const std::string& source, const position_range& range, position_index& to) -> result<void> {
  bind(parts_, source, range.stream);
  parts_.bind(4, signed_number(range.begin));
  parts_.bind(5, signed_number(range.end));
  for (;;) {
    WEIR_TRY(const auto is_row, parts_.step());
    if (!is_row) return {};
    to.add(source, {range.stream, unsigned_number(parts_.integer(0)), unsigned_number(parts_.integer(1))});
  }
}

auto sqlite_ranges::add(const std::string& source, const position_range& range, std::int64_t now_s, position_index& known)
    -> result<std::uint64_t> {
  const auto is_window = is_window_stream(range.stream);
  insert_.bind(6, now_s);
  if (range.end == end_of_stream) {
    if (!is_window) WEIR_CHECK(insert(source, range.stream, -1, -1));
    return std::uint64_t{0};
  }
  const auto missing = missing_parts(source, range, known);
  for (const auto& p : missing)
    WEIR_CHECK(insert(source, p.stream, signed_number(p.begin), signed_number(p.end)));
  known.add(source, range);
  // Clients' messages rarely come in parts, and are forgotten soon.
  if (is_window || missing.empty()) return std::uint64_t{0};
  note_unfolded(source, range.stream, signed_number(missing.front().begin));
  return missing.size();
}

auto sqlite_ranges::insert(const std::string& source, const std::string& stream, std::int64_t first, std::int64_t last)
    -> result<void> {
  bind(insert_, source, stream);
  insert_.bind(4, first);
  insert_.bind(5, last);
  return insert_.run();
}

void sqlite_ranges::note_unfolded(const std::string& source, const std::string& stream, std::int64_t from) {
  const auto [at, is_new] = unfolded_.try_emplace({source, stream}, from);
  if (!is_new) at->second = std::min(at->second, from);
}

auto sqlite_ranges::fold(std::size_t& budget) -> result<bool> {
  constexpr auto rows_at_once_min = std::size_t{3};
  while (!unfolded_.empty()) {
    if (budget < rows_at_once_min) return false;
    const auto at = unfolded_.begin();
    const auto& [source, stream] = at->first;
    WEIR_TRY(const auto rest, folder_.fold([&](auto& s) { bind(s, source, stream); }, at->second, 0, budget));
    if (rest)
      at->second = *rest;
    else
      unfolded_.erase(at);
  }
  return true;
}

auto sqlite_ranges::find_unfolded() -> result<void> {
  unfolded_list_.bind(1, sink_);
  for (;;) {
    WEIR_TRY(const auto is_row, unfolded_list_.step());
    if (!is_row) return {};
    note_unfolded(unfolded_list_.text(0), unfolded_list_.text(1), unfolded_list_.integer(2));
  }
}

auto sqlite_ranges::forget(const retention& keep, std::int64_t now_s) -> result<void> {
  forget_ids_.bind(1, sink_);
  forget_ids_.bind(2, now_s - seconds_of(keep.ids_age));
  WEIR_CHECK(forget_ids_.run());
  forget_ended_.bind(1, sink_);
  forget_ended_.bind(2, now_s - seconds_of(keep.streams));
  WEIR_CHECK(forget_ended_.run());
  return crowd_out(keep.ids_max);
}

/// All that came in the second of the first one that is too many go with it.
auto sqlite_ranges::crowd_out(std::uint64_t most) -> result<void> {
  first_kept_id_.bind(1, sink_);
  first_kept_id_.bind(2, signed_number(most));
  WEIR_TRY(const auto are_too_many, first_kept_id_.step());
  if (!are_too_many) return {};
  const auto up_to_s = first_kept_id_.integer(0);
  first_kept_id_.reset();
  crowded_out_s_ = std::max(crowded_out_s_.value_or(0), up_to_s);
  forget_ids_below_.bind(1, sink_);
  forget_ids_below_.bind(2, up_to_s);
  return forget_ids_below_.run();
}

auto sqlite_ranges::of(const std::string& source) -> result<std::vector<position_range>> {
  auto all = position_index{};
  list_.bind(1, sink_);
  list_.bind(2, source);
  for (;;) {
    WEIR_TRY(const auto is_row, list_.step());
    if (!is_row) return all.of(source);
    all.add(source, {list_.text(0), unsigned_number(list_.integer(1)), unsigned_number(list_.integer(2))});
  }
}

} // namespace weir
