/// What every store of rows does, checked against a real server the same way for all.
#pragma once

#include "tests/support/peer.hpp"
#include "tests/support/store_contract.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::test {

using store_settings = std::vector<std::pair<std::string, config::value>>;

/// A kind of database, and how to look into the one that runs.
struct sql_database {
  std::string type; ///< of the sink
  std::function<peer&()> server;
  /// Runs SQL and returns its rows, fields with | between them; also what it says of errors.
  std::function<std::string(const std::string& sql)> query;
  std::string number;         ///< an expression: the field n of `record`
  std::string strict_record;  ///< a column's definition that takes no n with n % 100 = 37
  std::string refusal;        ///< what the server calls that
  std::string wrong_password; ///< what it says

  auto settings(store_settings more) const -> config::value;
  auto make(store_settings more, const std::string& name) const -> std::unique_ptr<store>;
  /// Opened, or the test ends.
  auto open(store_settings more, const std::string& name) const -> std::unique_ptr<store>;
  /// Why it cannot be opened.
  auto failure_of(store_settings more) const -> std::string;
};

inline constexpr auto sql_noon = std::int64_t{1'795'359'845'123'456'789};

inline auto one_event(const std::string& tag, const std::string& rec) -> tagged_entries { return {tag, entry_of(sql_noon, rec), 1}; }

auto must_commit(store& to, const std::vector<chunk_ptr>& chunks) -> committed;

void check_sql_contract(const sql_database& db);
void check_tables_by_tag(const sql_database& db);
void check_rejected_rows(const sql_database& db);
void check_shared_ledger(const sql_database& db);
void check_columns_that_are_missing(const sql_database& db);
void check_clear_errors(const sql_database& db);
void check_another_host(const sql_database& db);
/// Several stores commit the same chunks at once, from threads of their own.
void check_race(const sql_database& db);
/// The ledger stays small, and knows what it knew.
void check_upkeep(const sql_database& db);

} // namespace weir::test
