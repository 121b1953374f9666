#include "actors/sinks/sqlite/row_folder.hpp"

#include <algorithm>

namespace weir {

auto sqlite_row_folder::open(sqlite_connection& database, const form& of) -> result<sqlite_row_folder> {
  const auto in_key = " FROM " + of.table + " WHERE " + of.key;
  const auto has_numbers = std::string{of.last_is_in ? "last >= first" : "last > first"};
  auto made = sqlite_row_folder{};
  made.last_is_in_ = of.last_is_in;
  WEIR_TRY(made.list_, database.prepare("SELECT first, last, seen" + in_key + " AND first >= coalesce((SELECT first" + in_key
                                        + " AND first < ?4 AND first >= 0 AND " + has_numbers
                                        + " ORDER BY first DESC, last DESC LIMIT 1), ?4) ORDER BY first, last LIMIT ?5"));
  // All that the new row has, also what a list that was cut did not show.
  WEIR_TRY(made.take_out_, database.prepare("DELETE" + in_key + " AND first BETWEEN ?4 AND ?5 AND last <= ?5"));
  WEIR_TRY(made.put_in_, database.prepare("INSERT INTO " + of.table + " VALUES(" + of.values + ")"));
  return made;
}

auto sqlite_row_folder::fold(const key_binder& bind_key, std::int64_t from, std::int64_t whole_below, std::size_t& budget)
    -> result<std::optional<std::int64_t>> {
  for (auto* s : {&list_, &take_out_, &put_in_}) bind_key(*s);
  WEIR_TRY(auto rows, rows_from(whole_below > 1 ? 0 : from, budget));
  const auto is_cut = rows.size() >= budget;
  const auto last_first = rows.empty() ? from : rows.back().first;
  budget -= std::min(budget, rows.size() + 1);
  if (whole_below > 1) rows.insert(rows.begin(), {1, whole_below, 0});
  for (const auto& group : joined(rows)) WEIR_CHECK(replace(group));
  return is_cut ? std::optional{last_first} : std::nullopt;
}

auto sqlite_row_folder::rows_from(std::int64_t from, std::size_t most) -> result<std::vector<ledger_row>> {
  auto rows = std::vector<ledger_row>{};
  list_.bind(4, from);
  list_.bind(5, static_cast<std::int64_t>(most));
  for (;;) {
    WEIR_TRY(const auto is_row, list_.step());
    if (!is_row) return rows;
    rows.push_back({list_.integer(0), list_.integer(1) + (last_is_in_ ? 1 : 0), list_.integer(2)});
  }
}

auto sqlite_row_folder::replace(const ledger_row& by) -> result<void> {
  for (auto* s : {&take_out_, &put_in_}) {
    s->bind(4, by.first);
    s->bind(5, by.end - (last_is_in_ ? 1 : 0));
  }
  put_in_.bind(6, by.seen_s);
  WEIR_CHECK(take_out_.run());
  return put_in_.run();
}

} // namespace weir
