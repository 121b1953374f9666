#include "actors/sinks/sql/ledger.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

constexpr auto streams_asked_at_once = std::size_t{200};
constexpr auto rows_at_once_min = std::size_t{3};

auto rows_between(const stream_key& key, std::int64_t first, std::int64_t last) -> std::string {
  return "(stream_key = " + sql_text(key.text) + " AND first <= " + std::to_string(last) + " AND last >= " + std::to_string(first) + ')';
}

/// Rows come from a table that others can write to.
auto is_key(const std::optional<std::string>& text) -> bool {
  return text && text->size() == 32 && text->find_first_not_of("0123456789abcdef") == std::string::npos;
}
auto is_kind(const std::optional<std::string>& text) -> bool {
  return text && text->size() == 1 && std::string_view{"cpws"}.find(*text) != std::string_view::npos;
}

auto in_hex(std::uint64_t number) -> std::string {
  char digits[16];
  return {digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr};
}

auto from_hex(std::string_view text) -> std::uint64_t {
  auto number = std::uint64_t{0};
  std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return number;
}

} // namespace

sql_ledger::sql_ledger(const sql_dialect& dialect, std::string sink, const retention& keep, const clock& time)
    : dialect_(dialect), sink_(text_for_row(sink)), keep_(keep), time_(time) {}

auto sql_ledger::prepare(sql_session& in) -> result<void> {
  const auto key = ' ' + std::string{dialect_.key_column} + " NOT NULL, ";
  const auto text = ' ' + std::string{dialect_.text_column} + " NOT NULL";
  const auto options = ' ' + std::string{dialect_.table_options};
  WEIR_CHECK(in.execute("CREATE TABLE IF NOT EXISTS weir_sinks(sink" + key + "PRIMARY KEY(sink))" + options));
  const auto by_age = std::string{"(sink, kind, seen)"};
  WEIR_CHECK(in.execute("CREATE TABLE IF NOT EXISTS weir_ledger(sink" + key + "stream_key" + key
                        + "first BIGINT NOT NULL, last BIGINT NOT NULL, kind CHAR(1) NOT NULL, seen BIGINT NOT NULL, owner" + text
                        + ", stream" + text + ", PRIMARY KEY(sink, stream_key, first, last)"
                        + (dialect_.has_index_in_table ? ", INDEX weir_ledger_seen" + by_age : "") + ')' + options));
  if (!dialect_.has_index_in_table)
    WEIR_CHECK(in.execute("CREATE INDEX IF NOT EXISTS weir_ledger_seen ON weir_ledger" + by_age));
  return in.execute("INSERT INTO weir_sinks(sink) VALUES(" + sql_text(sink_) + ") " + std::string{dialect_.keep_if_there});
}

auto sql_ledger::look(sql_session& in, std::span<const chunk_ptr> chunks) -> result<ledger_view> {
  auto view = ledger_view{};
  auto wanted = std::vector<std::string>{};
  const auto ask = [&]() -> result<void> {
    auto sql = "SELECT stream_key, first, last FROM weir_ledger WHERE sink = " + sql_text(sink_) + " AND (";
    for (const auto& w : wanted) sql += (&w == wanted.data() ? "" : " OR ") + w;
    wanted.clear();
    WEIR_TRY(const auto rows, in.query(sql + ") ORDER BY stream_key, first, last"));
    for (const auto& row : rows)
      view[{row[0].value_or("")}].push_back({sql_number(row[1]), sql_number(row[2])});
    return {};
  };
  for (const auto& [of, span] : streams_of(chunks)) {
    wanted.push_back(rows_between(of.key(), span.first, span.last));
    if (wanted.size() == streams_asked_at_once) WEIR_CHECK(ask());
  }
  if (!wanted.empty()) WEIR_CHECK(ask());
  return view;
}

auto sql_ledger::take_turn(sql_session& in) -> result<void> {
  WEIR_TRY(const auto rows, in.query("SELECT sink FROM weir_sinks WHERE sink = " + sql_text(sink_) + " FOR UPDATE"));
  if (rows.size() == 1) return {};
  return error{errc::unavailable, "somebody took the row of this sink out of the table weir_sinks; it is made again"};
}

auto sql_ledger::row_text(const ledger_stream& of, std::int64_t first, std::int64_t last, std::int64_t seen_s) const
    -> std::string {
  return '(' + sql_text(sink_) + ',' + sql_text(of.key().text) + ',' + std::to_string(first) + ',' + std::to_string(last) + ','
         + sql_text(std::string{of.kind}) + ',' + std::to_string(seen_s) + ',' + sql_text(text_for_row(of.owner)) + ','
         + sql_text(text_for_row(of.stream)) + ')';
}

auto sql_ledger::insert(sql_session& in, const std::vector<std::string>& rows) -> result<void> {
  const auto* const head = "INSERT INTO weir_ledger(sink, stream_key, first, last, kind, seen, owner, stream) VALUES ";
  for (auto at = rows.begin(); at != rows.end();) {
    auto sql = head + *at;
    for (++at; at != rows.end() && sql.size() + at->size() < dialect_.statement_bytes; ++at) sql += ',' + *at;
    WEIR_CHECK(in.execute(sql + ' ' + std::string{dialect_.keep_if_there}));
  }
  return {};
}

auto sql_ledger::add(sql_session& in, const ledger_plan& plan) -> result<void> {
  auto rows = std::vector<std::string>{};
  for (const auto& [of, span] : plan.rows) rows.push_back(row_text(of, span.first, span.last, now_s()));
  WEIR_CHECK(insert(in, rows));
  for (const auto& [of, span] : plan.rows) {
    const auto is_joined = of.kind != 'w' && span.first >= 0; // few clients' messages have two rows, and none lives long
    if (!is_joined) continue;
    const auto below = of.kind == 'c' ? plan.whole_below.find(of.stream) : plan.whole_below.end();
    note_unfolded(of, span.first, below == plan.whole_below.end() ? 1 : below->second);
    schedule_.note_rows(1, now_s());
  }
  return {};
}

void sql_ledger::note_unfolded(const ledger_stream& of, std::int64_t from, std::int64_t whole_below) {
  const auto [at, is_new] = unfolded_.try_emplace(of.key(), unfolded_stream{of, from, whole_below});
  if (is_new) return;
  at->second.from = std::min(at->second.from, from);
  at->second.whole_below = std::max(at->second.whole_below, whole_below);
}

auto sql_ledger::now_s() -> std::int64_t { return now_s_ = std::max(now_s_, seconds_of(time_.wall_ns())); }

auto sql_ledger::is_forgetting_due() -> bool {
  return !forgot_at_s_ || now_s() - *forgot_at_s_ >= std::max<std::int64_t>(seconds_of(keep_.ids_age) / 8, 1);
}

auto sql_ledger::is_upkeep_due() -> bool { return is_forgetting_due() || schedule_.is_due(now_s()); }

auto sql_ledger::keep_up(sql_session& in) -> result<void> {
  if (is_forgetting_due()) WEIR_CHECK(forget(in));
  auto budget = fold_schedule::looked_at_max;
  while (!unfolded_.empty() && budget >= rows_at_once_min) {
    const auto at = unfolded_.begin();
    WEIR_TRY(const auto rest, fold(in, at->second, budget));
    if (rest)
      at->second.from = *rest;
    else
      unfolded_.erase(at);
  }
  schedule_.done(unfolded_.empty());
  return {};
}

auto sql_ledger::fold(sql_session& in, const unfolded_stream& what, std::size_t& budget) -> result<std::optional<std::int64_t>> {
  const auto is_id = what.of.kind == 'c';
  const auto of_stream = " WHERE sink = " + sql_text(sink_) + " AND stream_key = " + sql_text(what.of.key().text) + " AND first >= ";
  WEIR_TRY(const auto before, in.query("SELECT max(first) FROM weir_ledger" + of_stream + "0 AND first < " + std::to_string(what.from)));
  const auto from = is_id && what.whole_below > 1 ? 0 : before.empty() || !before[0][0] ? what.from : sql_number(before[0][0]);
  WEIR_TRY(const auto found, in.query("SELECT first, last, seen FROM weir_ledger" + of_stream + std::to_string(from)
                                      + " ORDER BY first, last LIMIT " + std::to_string(budget)));
  auto rows = std::vector<ledger_row>{};
  for (const auto& row : found) rows.push_back({sql_number(row[0]), sql_number(row[1]), sql_number(row[2])});
  const auto is_all = rows.size() < budget;
  budget -= std::min(budget, std::max<std::size_t>(rows.size(), 1));
  if (rows.empty()) return std::optional<std::int64_t>{};
  const auto last_first = rows.back().first;
  if (is_id)
    for (auto& r : rows)
      if (r.first < what.whole_below) r.first = std::min<std::int64_t>(r.first, 1), r.end = std::max(r.end, what.whole_below);
  for (const auto& by : joined(rows)) WEIR_CHECK(replace(in, what, by));
  if (is_all || last_first <= what.from) return std::optional<std::int64_t>{};
  return std::optional{last_first};
}

auto sql_ledger::replace(sql_session& in, const unfolded_stream& what, const ledger_row& by) -> result<void> {
  WEIR_CHECK(in.execute("DELETE FROM weir_ledger WHERE sink = " + sql_text(sink_) + " AND stream_key = "
                        + sql_text(what.of.key().text) + " AND first >= " + std::to_string(by.first) + " AND last <= "
                        + std::to_string(by.end)));
  return insert(in, {row_text(what.of, by.first, by.end, by.seen_s)});
}

auto sql_ledger::forget(sql_session& in) -> result<void> {
  forgot_at_s_ = now_s();
  const auto of_sink = " FROM weir_ledger WHERE sink = " + sql_text(sink_) + " AND ";
  const auto remove = "DELETE" + of_sink;
  const auto ids_before = std::to_string(now_s() - seconds_of(keep_.ids_age));
  const auto streams_before = std::to_string(now_s() - seconds_of(keep_.streams));
  WEIR_CHECK(in.execute(remove + "kind = 'w' AND seen < " + ids_before));
  // In two steps, as not all take a table apart that they look into.
  WEIR_TRY(const auto over, in.query("SELECT DISTINCT stream_key" + of_sink + "first = -1 AND seen < " + streams_before + " LIMIT 1000"));
  WEIR_TRY(const auto old, in.query("SELECT stream_key" + of_sink + "kind = 'c' GROUP BY stream_key HAVING max(seen) < "
                                    + streams_before + " LIMIT 1000"));
  for (const auto* keys : {&over, &old})
    for (const auto& row : *keys)
      if (is_key(row[0])) WEIR_CHECK(in.execute(remove + "stream_key = " + sql_text(*row[0])));
  WEIR_CHECK(crowd_out(in));
  return find_unfolded(in);
}

/// All that came in the second of the first one that is too many go with it.
auto sql_ledger::crowd_out(sql_session& in) -> result<void> {
  const auto ids = " FROM weir_ledger WHERE sink = " + sql_text(sink_) + " AND kind = 'w'";
  WEIR_TRY(const auto too_many, in.query("SELECT seen" + ids + " ORDER BY seen DESC LIMIT 1 OFFSET " + std::to_string(keep_.ids_max)));
  if (too_many.empty()) return {};
  const auto up_to_s = sql_number(too_many[0][0]);
  crowded_out_s_ = std::max(crowded_out_s_, up_to_s);
  return in.execute("DELETE" + ids + " AND seen <= " + std::to_string(up_to_s));
}

/// Rows to join that writers left who are gone.
auto sql_ledger::find_unfolded(sql_session& in) -> result<void> {
  WEIR_TRY(const auto rows, in.query("SELECT kind, owner, stream, min(first) FROM weir_ledger WHERE sink = " + sql_text(sink_)
                                     + " AND kind <> 'w' AND first >= 0 GROUP BY kind, owner, stream HAVING count(*) > 1"));
  for (const auto& row : rows)
    if (is_kind(row[0]))
      note_unfolded({row[0]->front(), name_of_row(row[1].value_or("")), name_of_row(row[2].value_or(""))}, sql_number(row[3]), 1);
  return {};
}

auto sql_ledger::knowledge(sql_session& in, const std::string& source) -> result<stream_knowledge> {
  WEIR_TRY(const auto rows, in.query("SELECT kind, stream, first, last FROM weir_ledger WHERE sink = " + sql_text(sink_)
                                     + " AND kind IN ('p', 's') AND owner = " + sql_text(text_for_row(source))
                                     + " ORDER BY stream, first, last"));
  auto positions = position_index{};
  auto settled = position_index{};
  auto over = std::vector<std::pair<char, std::string>>{};
  for (const auto& row : rows) {
    if (!is_kind(row[0])) continue;
    const auto kind = row[0]->front();
    const auto range = position_range{name_of_row(row[1].value_or("")), static_cast<std::uint64_t>(sql_number(row[2])),
                                      static_cast<std::uint64_t>(sql_number(row[3]))};
    if (sql_number(row[2]) < 0)
      over.emplace_back(kind, range.stream);
    else
      (kind == 's' ? settled : positions).add(source, range);
  }
  for (const auto& [kind, stream] : over) (kind == 's' ? settled : positions).add(source, {stream, 0, end_of_stream});
  return stream_knowledge{positions.of(source), settled.of(source), {}};
}

auto sql_ledger::known_ids(sql_session& in, const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  auto found = std::vector<id_range>{};
  for (auto at = asked.begin(); at != asked.end();) {
    auto sql = std::string{};
    const auto end = at + std::min<std::ptrdiff_t>(asked.end() - at, streams_asked_at_once);
    for (; at != end; ++at)
      sql += (sql.empty() ? "" : " OR ")
             + rows_between(ledger_stream{'c', {}, in_hex(at->origin)}.key(), static_cast<std::int64_t>(at->first),
                            static_cast<std::int64_t>(at->last));
    WEIR_TRY(const auto rows, in.query("SELECT stream, first, last FROM weir_ledger WHERE sink = " + sql_text(sink_) + " AND (" + sql + ')'));
    auto all = id_ranges{};
    for (const auto& row : rows)
      all.insert(id_range{from_hex(row[0].value_or("")), static_cast<std::uint64_t>(sql_number(row[1])), static_cast<std::uint64_t>(sql_number(row[2]) - 1)});
    for (auto of = end - std::min<std::ptrdiff_t>(end - asked.begin(), streams_asked_at_once); of != end; ++of)
      for (const auto& part : all.common(*of)) found.push_back(part);
  }
  return found;
}

} // namespace weir
