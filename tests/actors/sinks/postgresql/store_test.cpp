#include "tests/actors/sinks/sql/store_cases.hpp"

using namespace weir;
using test::list;
using test::make_chunk;
using test::map_of;
using test::must_commit;
using test::numbered;
using test::one_event;
using test::record;
using test::scalar;

namespace {

auto server() -> test::peer& {
  static auto one = test::peer{"postgresql"};
  return one;
}

auto query(const std::string& sql) -> std::string {
  return test::output_of("PGPASSWORD=weir psql -h 127.0.0.1 -p " + std::to_string(server().port()) + " -U weir -d weir -XAtq -c \"" + sql
                         + "\" 2>&1");
}

const auto database = test::sql_database{
    .type = "postgresql",
    .server = server,
    .query = query,
    .number = "(record->>'n')::int",
    .strict_record = "jsonb check ((record->>'n')::int % 100 <> 37)",
    .refusal = "violates check constraint",
    .wrong_password = "password authentication failed for user \"weir\"",
};

} // namespace

BOOST_AUTO_TEST_SUITE(postgresql_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) { test::check_sql_contract(database); }
BOOST_AUTO_TEST_CASE(tags_make_tables_and_nothing_else) { test::check_tables_by_tag(database); }
BOOST_AUTO_TEST_CASE(what_the_table_rejects_is_refused_and_the_rest_is_in) { test::check_rejected_rows(database); }
BOOST_AUTO_TEST_CASE(two_stores_with_one_ledger_store_each_event_once) { test::check_shared_ledger(database); }
BOOST_AUTO_TEST_CASE(writers_that_race_store_each_event_once) { test::check_race(database); }
BOOST_AUTO_TEST_CASE(the_ledger_stays_small) { test::check_upkeep(database); }
BOOST_AUTO_TEST_CASE(a_column_that_is_missing_is_told_or_made) { test::check_columns_that_are_missing(database); }
BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_clear_line) { test::check_clear_errors(database); }
BOOST_AUTO_TEST_CASE(another_host_is_taken_if_the_first_is_gone) { test::check_another_host(database); }

BOOST_AUTO_TEST_CASE(a_row_has_time_tag_record_and_columns) {
  const auto s = database.open({{"table", scalar("web")}, {"columns", map_of({{"status", scalar("status")}, {"inner", scalar("a.b")}})}}, "web");
  must_commit(*s, {make_chunk({one_event("web.access", record("status", 200, "a.b", "x")), one_event("", record("o'k", true)),
                               one_event("caf\xe9", record("status", std::string("nul\0in", 6)))})});
  BOOST_TEST(query("select time at time zone 'UTC', tag, record, status, \\\"inner\\\" from web where status = '200'")
             == "2026-11-22 15:04:05.123456|web.access|{\"a.b\": \"x\", \"status\": 200}|200|x\n");
  BOOST_TEST(query("select record, status is null from web where tag = ''") == "{\"o'k\": true}|t\n");
  BOOST_TEST(query("select tag, status from web where tag like 'caf%'") == "caf\u241a""e9|nul\ufffdin\n");
}

BOOST_AUTO_TEST_CASE(a_table_of_the_user_gets_what_fits_its_columns) {
  query("create table own(id bigserial, time timestamp, tag varchar(50), record json, code smallint, ok boolean, load real, big bigint, "
        "short varchar(3), more jsonb)");
  const auto s = database.open({{"table", scalar("own")}, {"columns", list({"code", "ok", "load", "big", "short", "more"})}}, "own");
  must_commit(*s, {make_chunk({one_event("a", record("code", 7, "ok", true, "load", 0.5, "big", std::int64_t{1} << 60, "short", "abc", "more", "x")),
                               one_event("b", record("code", 70000, "ok", "perhaps", "load", "high", "big", "12", "short", "abcd"))})});
  BOOST_TEST(query("select code, ok, load, big, short, more from own where tag = 'a'") == "7|t|0.5|1152921504606846976|abc|\"x\"\n");
  BOOST_TEST(query("select code, ok, load, big, short, record->>'code' from own where tag = 'b'") == "|||12||70000\n");
}

BOOST_AUTO_TEST_CASE(partitions_are_made_as_events_need_them) {
  const auto two_days_later = test::sql_noon + std::int64_t{2} * 86'400 * 1'000'000'000;
  const auto s = database.open({{"table", scalar("parts")}, {"partition", scalar("day")}}, "parts");
  must_commit(*s, {make_chunk({one_event("a", record("n", 1)), {"a", test::entry_of(two_days_later, record("n", 2)), 1}})});
  BOOST_TEST(query("select tableoid::regclass from parts order by 1") == "parts_p20261122\nparts_p20261124\n");
  const auto other = database.open({{"table", scalar("parts")}, {"partition", scalar("day")}}, "parts");
  must_commit(*other, {make_chunk({one_event("a", record("n", 3))})});
  BOOST_TEST(query("select count(*) from parts_p20261122") == "2\n");
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_ended_meanwhile_is_made_anew) {
  const auto s = database.open({{"table", scalar("again")}}, "again");
  must_commit(*s, {make_chunk({numbered("a", 0, 3)})});
  query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'weir'");
  BOOST_TEST(must_commit(*s, {make_chunk({numbered("a", 3, 6)})}).events == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
