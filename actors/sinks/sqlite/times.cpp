#include "actors/sinks/sqlite/times.hpp"

#include <unistd.h>

namespace weir {
namespace {

constexpr auto written_between = times_max / 10;

auto signed_of(std::uint64_t n) -> std::int64_t { return static_cast<std::int64_t>(n); }

} // namespace

auto sqlite_times::open(sqlite_connection& database, const std::string& sink) -> result<sqlite_times> {
  WEIR_CHECK(database.execute("CREATE TABLE IF NOT EXISTS weir_times(sink TEXT NOT NULL, source TEXT NOT NULL, stream TEXT NOT NULL, "
                              "first INTEGER NOT NULL, last INTEGER NOT NULL, at INTEGER NOT NULL, "
                              "PRIMARY KEY(sink, source, stream, first)) WITHOUT ROWID"));
  auto made = sqlite_times{};
  made.sink_ = sink;
  // Whoever is told again of what a rolled back transaction had writes it anew.
  WEIR_TRY(made.insert_, database.prepare("INSERT INTO weir_times VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET "
                                          "last = max(last, ?5)"));
  WEIR_TRY(made.forget_, database.prepare("DELETE FROM weir_times WHERE sink = ?1 AND at < (SELECT at FROM weir_times WHERE "
                                          "sink = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)"));
  return made;
}

auto sqlite_times::add(commit_time one) -> result<void> {
  const auto& now = recent_.add(std::move(one));
  insert_.bind(1, sink_);
  insert_.bind(2, now.source);
  insert_.bind(3, now.stream);
  insert_.bind(4, signed_of(now.first));
  insert_.bind(5, signed_of(now.end));
  insert_.bind(6, now.at_s);
  ++written_;
  return insert_.run();
}

auto sqlite_times::has_grown() const -> bool { return written_ >= written_between; }

auto sqlite_times::forget() -> result<void> {
  written_ = 0;
  forget_.bind(1, sink_);
  forget_.bind(2, times_max);
  return forget_.run();
}

auto sqlite_times_reader::open(const std::string& path, const std::string& sink) -> result<sqlite_times_reader> {
  if (::access(path.c_str(), F_OK) != 0) return error{errc::not_found, "there is no database yet"};
  auto made = sqlite_times_reader{};
  WEIR_TRY(made.database_, sqlite_connection::open_to_read(path));
  made.sink_ = sink;
  WEIR_TRY(auto list, made.database_.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'weir_times'"));
  WEIR_TRY(const auto is_there, list.step());
  if (!is_there) return error{errc::not_found, "it remembers no times yet"};
  return made;
}

auto sqlite_times_reader::of(const std::string& source, const std::string& stream, std::uint64_t position)
    -> result<std::vector<commit_time>> {
  auto found = std::vector<commit_time>{};
  WEIR_TRY(auto list, database_.prepare("SELECT stream, first, last, at FROM weir_times WHERE sink = ?1 AND source = ?2 AND "
                                        "(?3 = '' OR stream = ?3) AND first <= ?4 AND last > ?4"));
  list.bind(1, sink_);
  list.bind(2, source);
  list.bind(3, stream);
  list.bind(4, signed_of(position));
  for (;;) {
    WEIR_TRY(const auto is_row, list.step());
    if (!is_row) return found;
    found.push_back({source, list.text(0), static_cast<std::uint64_t>(list.integer(1)), static_cast<std::uint64_t>(list.integer(2)), list.integer(3)});
  }
}

auto sqlite_times_reader::of_row(std::int64_t row) -> std::optional<std::int64_t> {
  const auto found = of({}, std::string{rows_stream}, static_cast<std::uint64_t>(row));
  const auto* best = found ? surest_of(*found, [](const auto&) { return true; }) : nullptr;
  return best == nullptr ? std::nullopt : std::optional{best->at_s};
}

auto sqlite_times_reader::oldest() -> std::optional<std::int64_t> {
  auto list = database_.prepare("SELECT min(at), count(*) FROM weir_times WHERE sink = ?1");
  if (!list) return std::nullopt;
  list->bind(1, sink_);
  const auto is_row = list->step();
  return is_row && *is_row && list->integer(1) > 0 ? std::optional{list->integer(0)} : std::nullopt;
}

} // namespace weir
