#include "actors/sinks/sqlite_ledger.hpp"

#include "runtime/ledger/trim.hpp"

#include <algorithm>

namespace weir {
namespace {

/// SQLite's integers are signed. What is above 2^63 keeps its value, and only its order is lost.
auto number(std::uint64_t value) -> std::int64_t { return static_cast<std::int64_t>(value); }

auto is_window(const std::string& stream) -> bool {
  return !stream.empty() && stream.front() == window_stream_mark;
}

} // namespace

auto sqlite_ledger::open(sqlite_connection& database, const std::string& sink) -> result<sqlite_ledger> {
  WEIR_CHECK(
      database.execute("CREATE TABLE IF NOT EXISTS weir_ledger(sink TEXT NOT NULL, origin INTEGER NOT NULL, "
                       "first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY(sink, origin, first)) "
                       "WITHOUT ROWID"));
  WEIR_CHECK(
      database.execute("CREATE TABLE IF NOT EXISTS weir_positions(sink TEXT NOT NULL, source TEXT NOT NULL, "
                       "stream TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL)"));
  WEIR_CHECK(database.execute("CREATE UNIQUE INDEX IF NOT EXISTS weir_positions_stream ON "
                              "weir_positions(sink, source, stream, first)"));
  const auto ids = std::string{" FROM weir_ledger WHERE sink = ?1 AND origin = ?2 AND "};
  const auto set = std::string{"UPDATE weir_ledger SET last = ?4 WHERE sink = ?1 AND origin = ?2 AND "};
  const auto in_stream = std::string{" FROM weir_positions WHERE sink = ?1 AND source = ?2 AND stream = ?3"};
  const auto in_window = std::string{" FROM weir_positions WHERE sink = ?1 AND source = ?2 AND stream >= '~'"
                                     " AND stream < char(127)"};
  auto made = sqlite_ledger{};
  made.sink_ = sink;
  // The range that begins at or before ?3 is the only one that can have it.
  WEIR_TRY(made.find_, database.prepare("SELECT last" + ids + "first <= ?3 ORDER BY first DESC LIMIT 1"));
  WEIR_TRY(made.grow_, database.prepare(set + "last = ?3"));
  WEIR_TRY(made.insert_, database.prepare("INSERT INTO weir_ledger VALUES(?1, ?2, ?3, ?4)"));
  WEIR_TRY(made.next_, database.prepare("SELECT last" + ids + "first = ?3"));
  WEIR_TRY(made.remove_, database.prepare("DELETE" + ids + "first = ?3"));
  WEIR_TRY(made.last_below_, database.prepare("SELECT max(last), count(*)" + ids + "first <= ?3"));
  WEIR_TRY(made.remove_below_, database.prepare("DELETE" + ids + "first <= ?3"));
  WEIR_TRY(made.cover_, database.prepare("SELECT 1" + in_stream + " AND first <= ?4 AND last >= ?5 LIMIT 1"));
  WEIR_TRY(made.around_, database.prepare("SELECT min(first), max(last), count(*)" + in_stream
                                          + " AND first <= ?5 AND last >= ?4"));
  WEIR_TRY(made.parts_, database.prepare("SELECT first, last" + in_stream + " AND first < ?5 AND last > ?4"));
  WEIR_TRY(made.take_out_, database.prepare("DELETE" + in_stream + " AND first <= ?5 AND last >= ?4"));
  WEIR_TRY(made.put_in_, database.prepare("INSERT INTO weir_positions VALUES(?1, ?2, ?3, ?4, ?5)"));
  WEIR_TRY(made.end_, database.prepare("INSERT OR IGNORE INTO weir_positions VALUES(?1, ?2, ?3, -1, -1)"));
  WEIR_TRY(made.shorten_, database.prepare("DELETE" + in_window + " AND rowid <= (SELECT rowid" + in_window
                                           + " ORDER BY rowid DESC LIMIT 1 OFFSET ?3)"));
  const auto ended = std::string{"(SELECT stream FROM weir_positions WHERE sink = ?1 AND source = ?2 AND first = -1"};
  WEIR_TRY(made.shorten_ended_, database.prepare("DELETE FROM weir_positions WHERE sink = ?1 AND source = ?2 AND stream "
                                                 "IN " + ended + " ORDER BY rowid DESC LIMIT -1 OFFSET ?3)"));
  WEIR_TRY(made.list_, database.prepare("SELECT stream, first, last FROM weir_positions WHERE sink = ?1 AND "
                                        "source = ?2 AND stream NOT IN " + ended + ") ORDER BY rowid"));
  return made;
}

auto sqlite_ledger::add(const chunk& c) -> result<std::optional<std::vector<index_range>>> {
  using fresh_events = std::optional<std::vector<index_range>>;
  WEIR_TRY(const auto is_covered, covers(c));
  WEIR_TRY(const auto is_new, add_id(c));
  if (!is_new || is_covered) return fresh_events{};
  // Before the first is added: several ranges of a chunk may be of one stream.
  WEIR_TRY(const auto known, known_of(c));
  for (const auto& p : c.positions) WEIR_CHECK(add_position(c.source, p));
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
  return insert_.run();
}

auto sqlite_ledger::covers(const chunk& c) -> result<bool> {
  if (!c.is_reread || c.positions.empty()) return false;
  cover_.bind(1, sink_);
  cover_.bind(2, c.source);
  for (const auto& p : c.positions) {
    cover_.bind(3, p.stream);
    cover_.bind(4, number(p.begin));
    cover_.bind(5, number(p.end));
    WEIR_TRY(const auto found, cover_.step());
    if (!found) return false;
    cover_.reset();
  }
  return true;
}

/// What is in of the chunk's ranges.
auto sqlite_ledger::known_of(const chunk& c) -> result<position_index> {
  auto known = position_index{};
  parts_.bind(1, sink_);
  parts_.bind(2, c.source);
  for (const auto& p : c.positions) {
    if (p.end == end_of_stream) continue;
    parts_.bind(3, p.stream);
    parts_.bind(4, number(p.begin));
    parts_.bind(5, number(p.end));
    for (;;) {
      WEIR_TRY(const auto row, parts_.step());
      if (!row) break;
      known.add(c.source, {p.stream, static_cast<std::uint64_t>(parts_.integer(0)),
                           static_cast<std::uint64_t>(parts_.integer(1))});
    }
  }
  return known;
}

auto sqlite_ledger::add_position(const std::string& source, const position_range& range) -> result<void> {
  for (auto* s : {&around_, &take_out_, &put_in_, &end_}) {
    s->bind(1, sink_);
    s->bind(2, source);
    s->bind(3, range.stream);
  }
  if (range.end == end_of_stream) return is_window(range.stream) ? result<void>{} : end_stream(source);
  for (auto* s : {&around_, &take_out_, &put_in_}) {
    s->bind(4, number(range.begin));
    s->bind(5, number(range.end));
  }
  WEIR_CHECK(around_.step());
  const auto neighbours = around_.integer(2);
  if (neighbours > 0) {
    put_in_.bind(4, std::min(around_.integer(0), number(range.begin)));
    put_in_.bind(5, std::max(around_.integer(1), number(range.end)));
  }
  around_.reset();
  if (neighbours > 0) WEIR_CHECK(take_out_.run());
  WEIR_CHECK(put_in_.run());
  return is_window(range.stream) ? shorten_window(source) : result<void>{};
}

/// The one that end_ is bound to.
auto sqlite_ledger::end_stream(const std::string& source) -> result<void> {
  WEIR_CHECK(end_.run());
  if (++ended_added_ < ended_streams_max / 4) return {};
  ended_added_ = 0;
  shorten_ended_.bind(1, sink_);
  shorten_ended_.bind(2, source);
  shorten_ended_.bind(3, number(ended_streams_max));
  return shorten_ended_.run();
}

/// Now and then, as it takes a walk through the window.
auto sqlite_ledger::shorten_window(const std::string& source) -> result<void> {
  if (++window_added_ < window_streams_max / 4) return {};
  window_added_ = 0;
  shorten_.bind(1, sink_);
  shorten_.bind(2, source);
  shorten_.bind(3, number(window_streams_max));
  return shorten_.run();
}

auto sqlite_ledger::positions(const std::string& source) -> result<std::vector<position_range>> {
  auto all = std::vector<position_range>{};
  list_.bind(1, sink_);
  list_.bind(2, source);
  for (;;) {
    WEIR_TRY(const auto row, list_.step());
    if (!row) return all;
    all.push_back({list_.text(0), static_cast<std::uint64_t>(list_.integer(1)),
                   static_cast<std::uint64_t>(list_.integer(2))});
  }
}

} // namespace weir
