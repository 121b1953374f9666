#include "tests/actors/sinks/sql/store_cases.hpp"

#include <algorithm>

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
  static auto one = test::peer{"mariadb", "MARIADB_OPTIONS=--max-allowed-packet=1M"};
  return one;
}

auto query(const std::string& sql) -> std::string {
  auto text = test::output_of("mariadb --no-defaults -h127.0.0.1 -P" + std::to_string(server().port()) + " -uweir -pweir weir -Nr -e \"" + sql
                              + "\" 2>&1");
  std::replace(text.begin(), text.end(), '\t', '|');
  return text;
}

const auto database = test::sql_database{
    .type = "mysql",
    .server = server,
    .query = query,
    .number = "cast(json_value(record, '$.n') as signed)",
    .strict_record = "json check (json_value(record, '$.n') % 100 <> 37)",
    .refusal = "CONSTRAINT",
    .wrong_password = "Access denied for user 'weir'",
};

} // namespace

BOOST_AUTO_TEST_SUITE(mysql_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) { test::check_sql_contract(database); }
BOOST_AUTO_TEST_CASE(tags_make_tables_and_nothing_else) { test::check_tables_by_tag(database); }
BOOST_AUTO_TEST_CASE(what_the_table_rejects_is_refused_and_the_rest_is_in) { test::check_rejected_rows(database); }
BOOST_AUTO_TEST_CASE(two_stores_with_one_ledger_store_each_event_once) { test::check_shared_ledger(database); }
BOOST_AUTO_TEST_CASE(writers_that_race_store_each_event_once) { test::check_race(database); }
BOOST_AUTO_TEST_CASE(the_ledger_stays_small) { test::check_upkeep(database); }
BOOST_AUTO_TEST_CASE(a_column_that_is_missing_is_told_or_made) { test::check_columns_that_are_missing(database); }
BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_clear_line) { test::check_clear_errors(database); }
BOOST_AUTO_TEST_CASE(another_host_is_taken_if_the_first_is_gone) { test::check_another_host(database); }

BOOST_AUTO_TEST_CASE(a_row_has_time_tag_record_and_columns_in_both_ways_of_writing) {
  for (const auto* way : {"true", "false"}) {
    const auto table = std::string{"web_"} + way;
    const auto s = database.open({{"table", scalar(table)}, {"load_data", scalar(way)}, {"columns", list({"status"})}}, table);
    auto sections = std::vector<test::tagged_entries>{numbered("fill", 0, 200)};
    sections.push_back(one_event("it's\t\\odd", record("status", std::string("a'b\t\n\\\0c", 8))));
    must_commit(*s, {make_chunk(sections)});
    BOOST_TEST(query("select time, hex(tag), hex(status), json_valid(record) from " + table + " where tag like 'it%'")
               == "2026-11-22 15:04:05.123456|697427730" "95C6F6464|612762090A5CEFBFBD63|1\n");
    BOOST_TEST(query("select count(*), sum(status is null) from " + table) == "201|200\n");
  }
}

BOOST_AUTO_TEST_CASE(a_table_of_the_user_gets_what_fits_its_columns) {
  query("create table own(id bigint auto_increment primary key, time datetime(3), tag varchar(50), record longtext, code tinyint unsigned, "
        "ok tinyint, load_ float, big bigint, short varchar(3) character set utf8mb4)");
  const auto s = database.open({{"table", scalar("own")}, {"columns", list({"code", "ok", "load_", "big", "short"})}}, "own");
  must_commit(*s, {make_chunk({one_event("a", record("code", 200, "ok", true, "load_", 0.5, "big", std::int64_t{1} << 60, "short", "äöü")),
                               one_event("b", record("code", 256, "ok", "perhaps", "load_", "high", "big", "12", "short", "abcd"))})});
  BOOST_TEST(query("select code, ok, load_, big, short from own where tag = 'a'") == "200|1|0.5|1152921504606846976|äöü\n");
  BOOST_TEST(query("select code, ok, load_, big, short from own where tag = 'b'") == "NULL|NULL|NULL|12|NULL\n");
}

BOOST_AUTO_TEST_CASE(a_batch_is_split_by_the_servers_packet_and_a_row_above_it_refused) {
  const auto s = database.open({{"table", scalar("large")}, {"load_data", scalar("false")}}, "large");
  const auto text = [](std::size_t size) { return one_event("a", record("x", std::string(size, 'x'))); };
  const auto done = must_commit(*s, {make_chunk({text(700'000), text(700'000), text(1'200'000), text(10)})});
  BOOST_TEST(done.events == 3U);
  BOOST_REQUIRE(done.refused.size() == 1U);
  BOOST_TEST(done.refused[0].first.index == 2U);
  BOOST_TEST(done.refused[0].reason.find("max_allowed_packet") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_value_that_a_column_cuts_is_refused_not_cut) {
  query("create table narrow(time timestamp(6), tag varchar(4), record json)");
  const auto s = database.open({{"table", scalar("narrow")}}, "narrow");
  auto sections = std::vector<test::tagged_entries>{numbered("fill", 0, 200), one_event("too.long", record("n", 1000))};
  const auto done = must_commit(*s, {make_chunk(sections)});
  BOOST_TEST(done.events == 200U);
  BOOST_REQUIRE(done.refused.size() == 1U);
  BOOST_TEST(done.refused[0].reason.find("Data too long for column 'tag'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_ended_meanwhile_is_made_anew) {
  const auto s = database.open({{"table", scalar("again")}}, "again");
  must_commit(*s, {make_chunk({numbered("a", 0, 3)})});
  query("kill user weir");
  BOOST_TEST(must_commit(*s, {make_chunk({numbered("a", 3, 6)})}).events == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
