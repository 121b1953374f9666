#include "tests/support/peer.hpp"
#include "tests/support/store_contract.hpp"

#include <algorithm>
#include <sstream>

using namespace weir;
using namespace weir::test;

namespace {

auto server() -> peer& {
  static auto one = peer{"clickhouse"};
  return one;
}

using setting_list = std::vector<std::pair<std::string, config::value>>;

auto settings_of_store(const std::string& table, const setting_list& more = {}) -> config::value {
  auto made = setting_list{{"endpoints", list({"http://" + server().address()})},
                           {"table", scalar(table)},
                           {"timeout", map_of({{"connect", scalar("2s")}, {"request", scalar("10s")}})}};
  for (const auto& [key, value] : more) {
    const auto at = std::find_if(made.begin(), made.end(), [&](const auto& m) { return m.first == key; });
    at == made.end() ? made.push_back({key, value}) : void(at->second = value);
  }
  return map_of(made);
}

auto asked(const std::string& query) -> std::string {
  return output_of("curl -s http://" + server().address() + " --data-binary \"" + query + "\"");
}

auto numbers_in_table(const std::string& table) -> std::vector<std::int64_t> {
  auto found = std::vector<std::int64_t>{};
  auto lines = std::istringstream{asked("SELECT toInt64(visitParamExtractInt(record, 'n')) AS n FROM " + table + " ORDER BY n")};
  for (auto line = std::string{}; std::getline(lines, line);) found.push_back(std::stoll(line));
  return found;
}

auto opened(const config::value& settings) -> std::unique_ptr<store> {
  auto made = make_store("clickhouse", settings);
  const auto state = made->open();
  BOOST_REQUIRE_MESSAGE(state, (state ? "" : state.failure().what));
  return made;
}

auto must_store(const result<committed>& done) -> const committed& {
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  return *done;
}

auto first_problem(const config::value& settings) -> std::string {
  const auto state = make_store("clickhouse", settings)->open();
  BOOST_REQUIRE(!state);
  BOOST_TEST((state.failure().code == errc::unavailable));
  return state.failure().what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(clickhouse_event_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  check_store_contract({[] { return make_store("clickhouse", settings_of_store("contract")); }, [] { return numbers_in_table("contract"); }, false});
}

BOOST_AUTO_TEST_CASE(a_query_by_key_takes_each_event_once) {
  const auto chunks = std::vector<chunk_ptr>{born_from(make_chunk({numbered("a", 0, 100)}), 0, 10)};
  for (auto i = 0; i < 3; ++i) must_store(commit(*opened(settings_of_store("twice")), chunks));
  BOOST_TEST(asked("SELECT count(), uniqExact(event_key) FROM twice") == "300\t100\n");
  BOOST_TEST(asked("SELECT count() FROM twice FINAL") == "100\n");
  BOOST_TEST(asked("SELECT count() FROM (SELECT * FROM twice ORDER BY time LIMIT 1 BY event_key)") == "100\n");
}

BOOST_AUTO_TEST_CASE(values_get_into_columns_of_their_types) {
  asked("CREATE TABLE typed (time DateTime('UTC'), time_ns Int64, tag String, record String, i Int32, u Nullable(UInt8), f Float64, s Nullable(String), "
        "day Date MATERIALIZED toDate(time)) ENGINE = MergeTree ORDER BY time");
  const auto s = opened(settings_of_store("typed", {{"columns", list({"i", "u", "f", "s"})}}));
  const auto first = entry_of(1'700'000'000'123'456'789, record("i", -5, "u", 255, "f", 1.5, "s", "it's"));
  const auto second = entry_of(1'700'000'001'000'000'000, record("i", "no number", "u", 256));
  must_store(commit(*s, {make_chunk({{"web", first + second, 2}})}));
  BOOST_TEST(asked("SELECT time, time_ns, tag, i, u, f, s, record FROM typed ORDER BY time FORMAT CSV")
             == "\"2023-11-14 22:13:20\",1700000000123456789,\"web\",-5,255,1.5,\"it's\",\"{\"\"i\"\":-5,\"\"u\"\":255,\"\"f\"\":1.5,\"\"s\"\":\"\"it's\"\"}\"\n"
                "\"2023-11-14 22:13:21\",1700000001000000000,\"web\",0,\\N,0,\\N,\"{\"\"i\"\":\"\"no number\"\",\"\"u\"\":256}\"\n");
}

BOOST_AUTO_TEST_CASE(a_column_is_added_only_where_that_is_wanted) {
  must_store(commit(*opened(settings_of_store("growing")), {make_chunk({numbered("a", 0, 1)})}));
  const auto more = std::pair<std::string, config::value>{"columns", map_of({{"number", scalar("n")}})};
  BOOST_TEST(first_problem(settings_of_store("growing", {more})).find("lacks one of the \"columns\"") != std::string::npos);
  must_store(commit(*opened(settings_of_store("growing", {more, {"evolve", scalar("true")}})), {make_chunk({numbered("a", 1, 2)})}));
  BOOST_TEST(asked("SELECT number FROM growing ORDER BY record") == "\\N\n1\n");
}

BOOST_AUTO_TEST_CASE(tags_make_tables_and_nothing_else) {
  const auto s = opened(settings_of_store("of_{tag}_%Y"));
  auto n = 0;
  auto chunks = std::vector<chunk_ptr>{};
  for (const auto& tag : {std::string{"web.access"}, std::string{"`; drop table twice; --"}, std::string{}, std::string(300, 'x')})
    chunks.push_back(make_chunk({numbered(tag, n, n + 1)})), ++n;
  BOOST_TEST(must_store(commit(*s, chunks)).events == 4U);
  BOOST_TEST(asked("SELECT count() FROM system.tables WHERE database = 'default' AND name LIKE 'of_%'") == "4\n");
  BOOST_TEST(asked("SELECT tag FROM of_web_access_2023") == "web.access\n");
  BOOST_TEST(asked("SELECT tag FROM of____drop_table_twice_____2023") == "`; drop table twice; --\n");
}

BOOST_AUTO_TEST_CASE(a_time_that_the_column_does_not_have_is_refused_alone) {
  const auto s = opened(settings_of_store("times"));
  const auto entries = entry_of(1'700'000'000'000'000'000, record("n", 0)) + std::string{"\x92\xcf\0\0\0\1\x2a\x05\xf2\0", 10} + record("n", 1) + entry_of(1'700'000'000'000'000'000, record("n", 2));
  const auto done = must_store(commit(*s, {make_chunk({{"a", entries, 3}})}));
  BOOST_TEST(done.events == 2U);
  BOOST_REQUIRE(done.refused.size() == 1U);
  BOOST_TEST(done.refused[0].first.index == 1U);
  BOOST_TEST(numbers_in_table("times").size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_table_that_was_dropped_is_made_again) {
  const auto s = opened(settings_of_store("dropped"));
  must_store(commit(*s, {make_chunk({numbered("a", 0, 1)})}));
  asked("DROP TABLE dropped");
  const auto chunk = make_chunk({numbered("a", 1, 2)});
  const auto failed = commit(*s, {chunk});
  BOOST_REQUIRE(!failed);
  BOOST_TEST(failed.failure().what.find("(code 60)") != std::string::npos);
  BOOST_REQUIRE(s->open());
  must_store(commit(*s, {chunk}));
  BOOST_TEST((numbers_in_table("dropped") == std::vector<std::int64_t>{1}));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_clear_line) {
  const auto at = "http://" + server().address();
  const auto login = map_of({{"user", scalar("weir")}, {"password", scalar("open-sesame")}});
  const auto wrong = first_problem(settings_of_store("x", {{"auth", login}}));
  BOOST_TEST(wrong.starts_with("cannot connect: " + at + " does not take the login (code 193)"), wrong);
  BOOST_TEST(wrong.find("open-sesame") == std::string::npos);
  BOOST_TEST(first_problem(settings_of_store("x", {{"database", scalar("elsewhere")}})).find("(code 81)") != std::string::npos);
  BOOST_TEST(first_problem(settings_of_store("x", {{"create", scalar("false")}})) == "there is no table `default`.`x`, and \"create: false\" makes none");
  asked("CREATE TABLE odd (time Date, record String) ENGINE = Memory");
  BOOST_TEST(first_problem(settings_of_store("odd")) == "the table `default`.`odd` has a column \"time\" of the type Date, which this cannot be written to");
  const auto nobody = "http://127.0.0.1:" + std::to_string(free_port());
  BOOST_TEST(first_problem(settings_of_store("x", {{"endpoints", list({nobody})}})).find("cannot reach " + nobody) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_examination_changes_nothing) {
  BOOST_TEST(make_store("clickhouse", settings_of_store("looked"))->examine()->empty());
  BOOST_TEST(asked("EXISTS TABLE looked") == "0\n");
  const auto found = make_store("clickhouse", settings_of_store("looked", {{"create", scalar("false")}}))->examine();
  BOOST_REQUIRE(found->size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
