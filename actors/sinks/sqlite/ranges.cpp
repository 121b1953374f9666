#include "actors/sinks/sqlite/ranges.hpp"

#include "actors/sinks/sqlite/schema.hpp"

#include <algorithm>

namespace weir {
namespace {

/// SQLite's integers are signed. What is above 2^63 keeps its value, and only its order is lost.
auto signed_number(std::uint64_t value) -> std::int64_t { return static_cast<std::int64_t>(value); }

} // namespace

auto sqlite_ranges::open(sqlite_connection& database, std::string_view table, const std::string& sink)
    -> result<sqlite_ranges> {
  const auto name = std::string{table};
  const auto is_id = std::string{" stream >= '~' AND stream < '\x7f'"};
  WEIR_CHECK(database.execute("CREATE TABLE IF NOT EXISTS " + name + "(sink TEXT NOT NULL, source TEXT NOT NULL, "
                              "stream TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, "
                              "seen INTEGER NOT NULL DEFAULT 0)"));
  WEIR_CHECK(add_seen(database, name));
  WEIR_CHECK(database.execute("CREATE UNIQUE INDEX IF NOT EXISTS " + name + "_stream ON " + name
                              + "(sink, source, stream, first)"));
  WEIR_CHECK(database.execute("CREATE INDEX IF NOT EXISTS " + name + "_seen ON " + name + "(seen) WHERE" + is_id));
  const auto of_sink = " FROM " + name + " WHERE sink = ?1";
  const auto of_source = of_sink + " AND source = ?2";
  const auto in_stream = of_source + " AND stream = ?3";
  const auto ids = of_sink + " AND" + is_id;
  auto made = sqlite_ranges{};
  made.sink_ = sink;
  WEIR_TRY(made.around_, database.prepare("SELECT min(first), max(last), count(*)" + in_stream
                                          + " AND first <= ?5 AND last >= ?4"));
  WEIR_TRY(made.parts_, database.prepare("SELECT first, last" + in_stream + " AND first < ?5 AND last > ?4"));
  WEIR_TRY(made.take_out_, database.prepare("DELETE" + in_stream + " AND first <= ?5 AND last >= ?4"));
  WEIR_TRY(made.put_in_, database.prepare("INSERT INTO " + name + " VALUES(?1, ?2, ?3, ?4, ?5, ?6)"));
  WEIR_TRY(made.end_, database.prepare("INSERT OR IGNORE INTO " + name + " VALUES(?1, ?2, ?3, -1, -1, ?4)"));
  WEIR_TRY(made.list_, database.prepare("SELECT stream, first, last" + of_source + " AND NOT" + is_id
                                        + " AND stream NOT IN (SELECT stream" + of_source
                                        + " AND first = -1) ORDER BY rowid"));
  WEIR_TRY(made.forget_ids_, database.prepare("DELETE" + ids + " AND seen < ?2"));
  WEIR_TRY(made.forget_ended_, database.prepare("DELETE" + of_sink + " AND (source, stream) IN (SELECT source, stream"
                                                + of_sink + " AND first = -1 AND seen < ?2)"));
  WEIR_TRY(made.first_kept_id_, database.prepare("SELECT seen" + ids + " ORDER BY seen DESC LIMIT 1 OFFSET ?2"));
  WEIR_TRY(made.forget_ids_below_, database.prepare("DELETE" + ids + " AND seen <= ?2"));
  return made;
}

void sqlite_ranges::bind(sqlite_statement& to, const std::string& source, const std::string& stream) {
  to.bind(1, sink_);
  to.bind(2, owner_of(source, stream));
  to.bind(3, stream);
}

auto sqlite_ranges::add(const std::string& source, const position_range& range, std::int64_t now_s) -> result<void> {
  if (range.end == end_of_stream)
    return is_window_stream(range.stream) ? result<void>{} : end(source, range.stream, now_s);
  for (auto* s : {&around_, &take_out_, &put_in_}) {
    bind(*s, source, range.stream);
    s->bind(4, signed_number(range.begin));
    s->bind(5, signed_number(range.end));
  }
  WEIR_CHECK(around_.step());
  const auto neighbours = around_.integer(2);
  if (neighbours > 0) {
    put_in_.bind(4, std::min(around_.integer(0), signed_number(range.begin)));
    put_in_.bind(5, std::max(around_.integer(1), signed_number(range.end)));
  }
  around_.reset();
  if (neighbours > 0) WEIR_CHECK(take_out_.run());
  put_in_.bind(6, now_s);
  return put_in_.run();
}

auto sqlite_ranges::end(const std::string& source, const std::string& stream, std::int64_t now_s) -> result<void> {
  bind(end_, source, stream);
  end_.bind(4, now_s);
  return end_.run();
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

auto sqlite_ranges::find(const std::string& source, const position_range& range, position_index& to) -> result<void> {
  bind(parts_, source, range.stream);
  parts_.bind(4, signed_number(range.begin));
  parts_.bind(5, signed_number(range.end));
  for (;;) {
    WEIR_TRY(const auto is_row, parts_.step());
    if (!is_row) return {};
    to.add(source, {range.stream, static_cast<std::uint64_t>(parts_.integer(0)),
                    static_cast<std::uint64_t>(parts_.integer(1))});
  }
}

auto sqlite_ranges::of(const std::string& source) -> result<std::vector<position_range>> {
  auto all = std::vector<position_range>{};
  list_.bind(1, sink_);
  list_.bind(2, source);
  for (;;) {
    WEIR_TRY(const auto is_row, list_.step());
    if (!is_row) return all;
    all.push_back({list_.text(0), static_cast<std::uint64_t>(list_.integer(1)),
                   static_cast<std::uint64_t>(list_.integer(2))});
  }
}

} // namespace weir
