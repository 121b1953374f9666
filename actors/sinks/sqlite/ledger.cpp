#include "actors/sinks/sqlite/ledger.hpp"

#include "actors/sinks/sqlite/schema.hpp"
#include "runtime/flow/trim.hpp"

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
  auto made = sqlite_ledger{};
  made.sink_ = sink;
  made.keep_ = keep;
  made.time_ = &time;
  // The range that begins at or before ?4 is the only one that can have it.
  WEIR_TRY(made.find_, database.prepare("SELECT last FROM weir_ledger WHERE sink = ?1 AND origin = ?2 AND first <= ?4 "
                                        "ORDER BY first DESC LIMIT 1"));
  WEIR_TRY(made.find_range_, database.prepare("SELECT first, last FROM weir_ledger WHERE sink = ?1 AND origin = ?2 AND "
                                              "first <= ?5 AND last >= ?4"));
  WEIR_TRY(made.insert_, database.prepare("INSERT INTO weir_ledger VALUES(?1, ?2, ?4, ?4, ?6)"));
  WEIR_TRY(made.forget_, database.prepare("DELETE FROM weir_ledger WHERE sink = ?1 AND origin IN (SELECT origin FROM "
                                          "weir_ledger WHERE sink = ?1 GROUP BY origin HAVING max(seen) < ?2)"));
  WEIR_TRY(made.unfolded_list_,
           database.prepare("SELECT origin, min(first) FROM (SELECT origin, first, lag(last) OVER (PARTITION BY origin "
                            "ORDER BY first) AS before FROM weir_ledger WHERE sink = ?1 AND first >= 0) "
                            "WHERE before >= first - 1 GROUP BY origin"));
  WEIR_TRY(made.folder_, sqlite_row_folder::open(database, {"weir_ledger", "sink = ?1 AND origin = ?2",
                                                            "?1, ?2, ?4, ?5, ?6", true}));
  WEIR_TRY(made.positions_, sqlite_ranges::open(database, "weir_positions", sink));
  WEIR_TRY(made.settled_, sqlite_ranges::open(database, "weir_settled", sink));
  WEIR_TRY(made.times_, sqlite_times::open(database, sink));
  return made;
}

auto sqlite_ledger::begin() -> bool {
  now_s_ = std::max(now_s_, seconds_of(time_->wall_ns()));
  return is_forgetting_due() || schedule_.is_due(now_s_) || times_.has_grown();
}

auto sqlite_ledger::is_forgetting_due() const -> bool {
  return !forgot_at_s_ || now_s_ - *forgot_at_s_ >= std::max<std::int64_t>(seconds_of(keep_.ids_age) / 8, 1);
}

auto sqlite_ledger::keep_up() -> result<void> {
  if (is_forgetting_due()) WEIR_CHECK(forget());
  if (times_.has_grown()) WEIR_CHECK(times_.forget());
  auto budget = fold_schedule::looked_at_max;
  WEIR_TRY(auto is_all, fold_ids(budget));
  for (auto* ranges : {&positions_, &settled_}) {
    WEIR_TRY(const auto is_whole, ranges->fold(budget));
    is_all = is_all && is_whole;
  }
  schedule_.done(is_all);
  return {};
}

auto sqlite_ledger::forget() -> result<void> {
  forgot_at_s_ = now_s_;
  forget_.bind(1, sink_);
  forget_.bind(2, now_s_ - seconds_of(keep_.streams));
  WEIR_CHECK(forget_.run());
  WEIR_CHECK(find_unfolded_ids());
  for (auto* ranges : {&settled_, &positions_}) {
    WEIR_CHECK(ranges->forget(keep_, now_s_));
    WEIR_CHECK(ranges->find_unfolded());
  }
  return {};
}

/// Rows to join that writers left who are gone.
auto sqlite_ledger::find_unfolded_ids() -> result<void> {
  unfolded_list_.bind(1, sink_);
  for (;;) {
    WEIR_TRY(const auto is_row, unfolded_list_.step());
    if (!is_row) return {};
    note_unfolded(unfolded_list_.integer(0), {unfolded_list_.integer(1)});
  }
}

void sqlite_ledger::note_unfolded(std::int64_t origin, unfolded_ids ids) {
  const auto [at, is_new] = unfolded_.try_emplace(origin, ids);
  if (is_new) return;
  at->second.from = std::min(at->second.from, ids.from);
  at->second.whole_below = std::max(at->second.whole_below, ids.whole_below);
}

auto sqlite_ledger::fold_ids(std::size_t& budget) -> result<bool> {
  constexpr auto rows_at_once_min = std::size_t{3};
  while (!unfolded_.empty()) {
    if (budget < rows_at_once_min) return false;
    const auto at = unfolded_.begin();
    auto& ids = at->second;
    const auto bind_key = [&](sqlite_statement& s) {
      s.bind(1, sink_);
      s.bind(2, at->first);
    };
    WEIR_TRY(const auto rest, folder_.fold(bind_key, ids.from, ids.whole_below, budget));
    if (rest)
      ids = {*rest, *rest < ids.whole_below ? ids.whole_below : 1};
    else
      unfolded_.erase(at);
  }
  return true;
}

auto sqlite_ledger::add(const chunk& c) -> result<std::optional<std::vector<index_range>>> {
  using fresh_events = std::optional<std::vector<index_range>>;
  WEIR_TRY(const auto is_new, add_id(c));
  if (!is_new) return fresh_events{};
  // Before the first is added: several ranges of a chunk may be of one stream. All of them count.
  auto known = position_index{SIZE_MAX};
  for (const auto& p : c.positions)
    if (p.end != end_of_stream) WEIR_CHECK(positions_.find(c.source, p, known));
  auto fresh = trim(c, known, regrouped_);
  WEIR_CHECK(add_positions(c, std::move(known)));
  WEIR_CHECK(add_settled(c));
  if (fresh.empty() && c.count > 0) return fresh_events{};
  WEIR_CHECK(add_times(c));
  return fresh_events{std::move(fresh)};
}

/// Sequence 0 means that a chunk has no id: it is always new.
auto sqlite_ledger::add_id(const chunk& c) -> result<bool> {
  if (c.id.sequence == 0) return true;
  const auto sequence = number(c.id.sequence);
  for (auto* s : {&find_, &insert_}) {
    s->bind(1, sink_);
    s->bind(2, number(c.id.origin));
    s->bind(4, sequence);
  }
  WEIR_TRY(const auto has_before, find_.step());
  const auto before = has_before ? find_.integer(0) : -1;
  if (has_before) find_.reset();
  if (before >= sequence) return false;
  insert_.bind(6, now_s_);
  WEIR_CHECK(insert_.run());
  note_unfolded(number(c.id.origin), {sequence, number(c.settled_below)});
  schedule_.note_rows(1, now_s_);
  return true;
}

auto sqlite_ledger::add_positions(const chunk& c, position_index known) -> result<void> {
  for (const auto& p : c.positions) {
    WEIR_TRY(const auto rows, positions_.add(c.source, p, now_s_, known));
    schedule_.note_rows(rows, now_s_);
  }
  return {};
}

auto sqlite_ledger::add_settled(const chunk& c) -> result<void> {
  for (const auto& p : c.settled) {
    auto known = position_index{SIZE_MAX};
    if (p.end != end_of_stream) WEIR_CHECK(settled_.find(c.source, p, known));
    WEIR_TRY(const auto rows, settled_.add(c.source, p, now_s_, known));
    schedule_.note_rows(rows, now_s_);
  }
  return {};
}

auto sqlite_ledger::add_times(const chunk& c) -> result<void> {
  for (auto& t : times_of(c, now_s_)) WEIR_CHECK(times_.add(std::move(t)));
  return {};
}

auto sqlite_ledger::add_rows(std::int64_t first, std::int64_t last) -> result<void> {
  return times_.add({{}, std::string{rows_stream}, static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last) + 1, now_s_});
}

auto sqlite_ledger::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  auto found = std::vector<id_range>{};
  for (const auto& r : asked) {
    find_range_.bind(1, sink_);
    find_range_.bind(2, number(r.origin));
    find_range_.bind(4, number(r.first));
    find_range_.bind(5, number(r.last));
    for (;;) {
      WEIR_TRY(const auto is_row, find_range_.step());
      if (!is_row) break;
      found.push_back({r.origin, std::max(r.first, static_cast<std::uint64_t>(find_range_.integer(0))),
                       std::min(r.last, static_cast<std::uint64_t>(find_range_.integer(1)))});
    }
  }
  return found;
}

auto sqlite_ledger::knowledge(const std::string& source) -> result<stream_knowledge> {
  auto all = stream_knowledge{};
  WEIR_TRY(all.positions, positions_.of(source));
  WEIR_TRY(all.settled, settled_.of(source));
  return all;
}

} // namespace weir
