#include "actors/sinks/sqlite/ledger.hpp"

#include "actors/sinks/sqlite/schema.hpp"
#include "runtime/ledger/trim.hpp"

#include <algorithm>

namespace weir {
namespace {

/// SQLite's integers are signed. What is above 2^63 keeps its value, and only its order is lost.
auto number(std::uint64_t value) -> std::int64_t { return static_cast<std::int64_t>(value); }

} // namespace

auto sqlite_ledger::open(sqlite_connection& database, const std::string& sink, const retention& keep,
                         const clock& time) -> result<sqlite_ledger> {
  WEIR_CHECK(
      database.execute("CREATE TABLE IF NOT EXISTS weir_ledger(sink TEXT NOT NULL, origin INTEGER NOT NULL, "
                       "first INTEGER NOT NULL, last INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0, "
                       "PRIMARY KEY(sink, origin, first)) WITHOUT ROWID"));
  WEIR_CHECK(add_seen(database, "weir_ledger"));
  const auto ids = std::string{" FROM weir_ledger WHERE sink = ?1 AND origin = ?2 AND "};
  const auto set = std::string{"UPDATE weir_ledger SET last = ?4, seen = ?5 WHERE sink = ?1 AND origin = ?2 AND "};
  auto made = sqlite_ledger{};
  made.sink_ = sink;
  made.keep_ = keep;
  made.time_ = &time;
  // The range that begins at or before ?3 is the only one that can have it.
  WEIR_TRY(made.find_, database.prepare("SELECT last" + ids + "first <= ?3 ORDER BY first DESC LIMIT 1"));
  WEIR_TRY(made.grow_, database.prepare(set + "last = ?3"));
  WEIR_TRY(made.insert_, database.prepare("INSERT INTO weir_ledger VALUES(?1, ?2, ?3, ?4, ?5)"));
  WEIR_TRY(made.next_, database.prepare("SELECT last" + ids + "first = ?3"));
  WEIR_TRY(made.remove_, database.prepare("DELETE" + ids + "first = ?3"));
  WEIR_TRY(made.last_below_, database.prepare("SELECT max(last), count(*)" + ids + "first <= ?3"));
  WEIR_TRY(made.remove_below_, database.prepare("DELETE" + ids + "first <= ?3"));
  WEIR_TRY(made.forget_, database.prepare("DELETE FROM weir_ledger WHERE sink = ?1 AND origin IN (SELECT origin FROM "
                                          "weir_ledger WHERE sink = ?1 GROUP BY origin HAVING max(seen) < ?2)"));
  WEIR_TRY(made.positions_, sqlite_ranges::open(database, "weir_positions", sink));
  WEIR_TRY(made.settled_, sqlite_ranges::open(database, "weir_settled", sink));
  return made;
}

auto sqlite_ledger::begin() -> result<void> {
  now_s_ = std::max(now_s_, seconds_of(time_->wall_ns()));
  const auto interval_s = std::max<std::int64_t>(seconds_of(keep_.ids_age) / 8, 1);
  return now_s_ - forgot_at_s_ < interval_s ? result<void>{} : forget();
}

auto sqlite_ledger::forget() -> result<void> {
  forgot_at_s_ = now_s_;
  forget_.bind(1, sink_);
  forget_.bind(2, now_s_ - seconds_of(keep_.streams));
  WEIR_CHECK(forget_.run());
  WEIR_CHECK(settled_.forget(keep_, now_s_));
  return positions_.forget(keep_, now_s_);
}

auto sqlite_ledger::add(const chunk& c) -> result<std::optional<std::vector<index_range>>> {
  using fresh_events = std::optional<std::vector<index_range>>;
  WEIR_TRY(const auto is_new, add_id(c));
  if (!is_new) return fresh_events{};
  // Before the first is added: several ranges of a chunk may be of one stream.
  WEIR_TRY(const auto known, known_of(c));
  for (const auto& p : c.positions) WEIR_CHECK(positions_.add(c.source, p, now_s_));
  for (const auto& p : c.settled) WEIR_CHECK(settled_.add(c.source, p, now_s_));
  auto fresh = trim(c, known, regrouped_);
  if (fresh.empty() && c.count > 0) return fresh_events{};
  return fresh_events{std::move(fresh)};
}

/// Sequence 0 means that a chunk has no id: it is always new.
auto sqlite_ledger::add_id(const chunk& c) -> result<bool> {
  if (c.id.sequence == 0) return true;
  const auto sequence = number(c.id.sequence);
  for (auto* s : {&find_, &grow_, &insert_, &next_, &remove_}) {
    s->bind(1, sink_);
    s->bind(2, number(c.id.origin));
  }
  find_.bind(3, sequence);
  WEIR_TRY(const auto has_before, find_.step());
  const auto before = has_before ? find_.integer(0) : -1;
  if (has_before) find_.reset();
  if (before >= sequence) return false;
  next_.bind(3, sequence + 1);
  WEIR_TRY(const auto has_next, next_.step());
  const auto last = has_next ? next_.integer(0) : sequence;
  if (has_next) {
    next_.reset();
    remove_.bind(3, sequence + 1);
    WEIR_CHECK(remove_.run());
  }
  const auto grows = before == sequence - 1;
  auto& change = grows ? grow_ : insert_;
  change.bind(3, grows ? before : sequence);
  change.bind(4, last);
  change.bind(5, now_s_);
  WEIR_CHECK(change.run());
  // A range that only grew left nothing to fold.
  if (!grows) WEIR_CHECK(fold(c));
  return true;
}

/// What is below `settled_below` never comes again: one range has it all.
auto sqlite_ledger::fold(const chunk& c) -> result<void> {
  if (c.settled_below <= 1) return {};
  const auto below = number(c.settled_below);
  for (auto* s : {&last_below_, &remove_below_, &insert_}) {
    s->bind(1, sink_);
    s->bind(2, number(c.id.origin));
    s->bind(3, below);
  }
  WEIR_CHECK(last_below_.step());
  const auto last = std::max(last_below_.integer(0), below - 1);
  last_below_.reset();
  WEIR_CHECK(remove_below_.run());
  insert_.bind(3, 1);
  insert_.bind(4, last);
  insert_.bind(5, now_s_);
  return insert_.run();
}

/// What is in of the chunk's ranges.
auto sqlite_ledger::known_of(const chunk& c) -> result<position_index> {
  auto known = position_index{};
  for (const auto& p : c.positions)
    if (p.end != end_of_stream) WEIR_CHECK(positions_.find(c.source, p, known));
  return known;
}

auto sqlite_ledger::knowledge(const std::string& source) -> result<stream_knowledge> {
  auto all = stream_knowledge{};
  WEIR_TRY(all.positions, positions_.of(source));
  WEIR_TRY(all.settled, settled_.of(source));
  return all;
}

} // namespace weir
