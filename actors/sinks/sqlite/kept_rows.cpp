#include "actors/sinks/sqlite/kept_rows.hpp"

#include "actors/sinks/sqlite/schema.hpp"

#include <algorithm>
#include <limits>

namespace weir {
namespace {

constexpr auto rows_at_once = std::int64_t{5000};
constexpr auto time_at_once = std::chrono::milliseconds{500};

/// Deletes the oldest rows of times below `limit_ns`, so many at most.
class row_deletion {
public:
  static auto open(sqlite_connection& database, const std::string& table) -> result<row_deletion> {
    const auto name = in_quotes(table, '"');
    const auto oldest = " FROM " + name + " WHERE time < ?1 AND rowid < (SELECT max(rowid) FROM " + name + ") ORDER BY time LIMIT ?2";
    auto made = row_deletion{database};
    WEIR_TRY(made.latest_, database.prepare("SELECT max(time) FROM (SELECT time" + oldest + ")"));
    WEIR_TRY(made.remove_, database.prepare("DELETE FROM " + name + " WHERE rowid IN (SELECT rowid" + oldest + ")"));
    return made;
  }

  auto run(std::int64_t limit_ns, std::int64_t& up_to_ns) -> result<std::int64_t> {
    WEIR_CHECK(database_->execute("BEGIN IMMEDIATE"));
    auto rows = remove(limit_ns, up_to_ns);
    auto done = rows ? database_->execute("COMMIT") : result<void>{rows.failure()};
    if (done) return rows;
    database_->roll_back();
    return done.failure();
  }

private:
  explicit row_deletion(sqlite_connection& database) : database_(&database) {}

  auto remove(std::int64_t limit_ns, std::int64_t& up_to_ns) -> result<std::int64_t> {
    for (auto* s : {&latest_, &remove_}) s->bind(1, limit_ns), s->bind(2, rows_at_once);
    WEIR_TRY(const auto is_row, latest_.step());
    const auto latest = is_row ? latest_.integer(0) : 0;
    latest_.reset();
    WEIR_CHECK(remove_.run());
    const auto rows = database_->changes();
    if (rows > 0) up_to_ns = std::max(up_to_ns, latest);
    return rows;
  }

  sqlite_connection* database_;
  sqlite_statement latest_, remove_;
};

auto bytes_in_use(sqlite_connection& database) -> result<std::uint64_t> {
  WEIR_TRY(auto ask, database.prepare("SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, "
                                      "pragma_page_size"));
  WEIR_TRY(const auto is_row, ask.step());
  return is_row ? static_cast<std::uint64_t>(ask.integer(0)) : 0;
}

} // namespace

auto delete_rows_beyond(sqlite_connection& database, const std::string& table, const kept_limits& limits, const clock& time)
    -> result<rows_gone> {
  auto gone = rows_gone{};
  WEIR_TRY(auto deletion, row_deletion::open(database, table));
  const auto end = time.monotonic() + time_at_once;
  const auto is_over = [&] { return gone.has_more = time.monotonic() >= end, gone.has_more; };
  const auto delete_below = [&](std::int64_t limit_ns, std::uint64_t& counted) -> result<std::int64_t> {
    WEIR_TRY(const auto rows, deletion.run(limit_ns, gone.up_to_ns));
    counted += static_cast<std::uint64_t>(rows);
    return rows;
  };
  while (limits.age > duration{0} && !is_over()) {
    WEIR_TRY(const auto rows, delete_below(time.wall_ns() - limits.age.count(), gone.too_old));
    if (rows < rows_at_once) break;
  }
  while (limits.bytes > 0 && !is_over()) {
    WEIR_TRY(const auto bytes, bytes_in_use(database));
    if (bytes <= limits.bytes) break;
    WEIR_TRY(const auto rows, delete_below(std::numeric_limits<std::int64_t>::max(), gone.too_much));
    if (rows == 0) break;
  }
  return gone;
}

} // namespace weir
