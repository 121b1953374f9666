#include "actors/sinks/sqlite/ranges.hpp"

#include <algorithm>

namespace weir {
namespace {

/// SQLite's integers are signed. What is above 2^63 keeps its value, and only its order is lost.
auto signed_number(std::uint64_t value) -> std::int64_t { return static_cast<std::int64_t>(value); }

} // namespace

auto sqlite_ranges::open(sqlite_connection& database, std::string_view table, const std::string& sink,
                         std::size_t ended_max) -> result<sqlite_ranges> {
  const auto name = std::string{table};
  WEIR_CHECK(database.execute("CREATE TABLE IF NOT EXISTS " + name + "(sink TEXT NOT NULL, source TEXT NOT NULL, "
                              "stream TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL)"));
  WEIR_CHECK(database.execute("CREATE UNIQUE INDEX IF NOT EXISTS " + name + "_stream ON " + name
                              + "(sink, source, stream, first)"));
  const auto of_source = " FROM " + name + " WHERE sink = ?1 AND source = ?2";
  const auto in_stream = of_source + " AND stream = ?3";
  const auto in_window = of_source + " AND stream >= '~' AND stream < char(127)";
  const auto is_ended = "stream IN (SELECT stream" + of_source + " AND first = -1";
  auto made = sqlite_ranges{};
  made.sink_ = sink;
  WEIR_TRY(made.around_, database.prepare("SELECT min(first), max(last), count(*)" + in_stream
                                          + " AND first <= ?5 AND last >= ?4"));
  WEIR_TRY(made.parts_, database.prepare("SELECT first, last" + in_stream + " AND first < ?5 AND last > ?4"));
  WEIR_TRY(made.take_out_, database.prepare("DELETE" + in_stream + " AND first <= ?5 AND last >= ?4"));
  WEIR_TRY(made.put_in_, database.prepare("INSERT INTO " + name + " VALUES(?1, ?2, ?3, ?4, ?5)"));
  WEIR_TRY(made.end_, database.prepare("INSERT OR IGNORE INTO " + name + " VALUES(?1, ?2, ?3, -1, -1)"));
  WEIR_TRY(made.list_, database.prepare("SELECT stream, first, last" + of_source + " AND NOT " + is_ended
                                        + ") ORDER BY rowid"));
  for (auto* window : {&made.window_, &made.shared_}) {
    WEIR_TRY(window->run, database.prepare("DELETE" + in_window + " AND rowid <= (SELECT rowid" + in_window
                                           + " ORDER BY rowid DESC LIMIT 1 OFFSET ?3)"));
  }
  WEIR_TRY(made.ended_.run, database.prepare("DELETE" + of_source + " AND " + is_ended
                                             + " ORDER BY rowid DESC LIMIT -1 OFFSET ?3)"));
  made.window_.kept = window_streams_max;
  made.shared_.kept = shared_streams_max;
  made.ended_.kept = ended_max;
  return made;
}

void sqlite_ranges::bind(sqlite_statement& to, const std::string& source, const std::string& stream) {
  to.bind(1, sink_);
  to.bind(2, owner_of(source, stream));
  to.bind(3, stream);
}

auto sqlite_ranges::add(const std::string& source, const position_range& range) -> result<void> {
  const auto is_window = is_window_stream(range.stream);
  if (range.end == end_of_stream) return is_window ? result<void>{} : end(source, range.stream);
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
  WEIR_CHECK(put_in_.run());
  if (!is_window) return {};
  const auto& owner = owner_of(source, range.stream);
  return shorten(owner == source ? window_ : shared_, owner);
}

auto sqlite_ranges::end(const std::string& source, const std::string& stream) -> result<void> {
  bind(end_, source, stream);
  WEIR_CHECK(end_.run());
  return shorten(ended_, source);
}

auto sqlite_ranges::shorten(shortening& what, const std::string& source) -> result<void> {
  if (++what.added < what.kept / 4) return {};
  what.added = 0;
  what.run.bind(1, sink_);
  what.run.bind(2, source);
  what.run.bind(3, signed_number(what.kept));
  return what.run.run();
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
