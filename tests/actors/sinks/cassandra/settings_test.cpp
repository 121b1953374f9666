#include "tests/support/store_contract.hpp"

#include <algorithm>

using namespace weir;
using namespace weir::test;

namespace {

auto problems_with(std::vector<std::pair<std::string, config::value>> settings) -> std::string {
  for (const auto& [key, value] : {std::pair{std::string{"endpoints"}, list({"127.0.0.1"})}, std::pair{std::string{"keyspace"}, scalar("logs")}})
    if (std::none_of(settings.begin(), settings.end(), [&, wanted = key](const auto& s) { return s.first == wanted; })) settings.emplace_back(key, value);
  return problems_of("cassandra", map_of(settings));
}

auto promise_with(const std::vector<std::pair<std::string, config::value>>& settings) -> store_promise {
  return plugin_registry<store>::find("cassandra")->promise(map_of(settings));
}

} // namespace

BOOST_AUTO_TEST_SUITE(cassandra_settings_of_a_sink)

BOOST_AUTO_TEST_CASE(what_cannot_be_is_told_before_anything_starts) {
  BOOST_TEST(problems_with({}) == "");
  BOOST_TEST(problems_with({{"endpoints", list({"db:0"})}}).find("\"endpoints\"") != std::string::npos);
  BOOST_TEST(problems_with({{"keyspace", scalar("a\"b")}}) == "sink \"s\": \"keyspace\" wants up to 48 letters, digits and _, not \"a\"b\"\n");
  BOOST_TEST(problems_with({{"table", scalar("weir_times")}}) != "");
  BOOST_TEST(problems_with({{"columns", list({"day"})}}) == "sink \"s\": \"columns\" has \"day\", which is a column already\n");
  BOOST_TEST(problems_with({{"ttl", scalar("10ms")}}) == "sink \"s\": \"ttl\" wants 0, or a time from 1s to 20 years\n");
  BOOST_TEST(problems_with({{"buckets", scalar("0")}}) == "sink \"s\": \"buckets\" wants 1..4096, not 0\n");
  BOOST_TEST(problems_with({{"consistency", scalar("LOCAL_QUORUM")}, {"ttl", scalar("30d")}, {"buckets", scalar("64")}}) == "");
}

BOOST_AUTO_TEST_CASE(it_promises_what_holds) {
  BOOST_TEST((promise_with({}).knows_by == store_promise::memory::event_keys));
  BOOST_TEST(!promise_with({}).at_power_cut);
  BOOST_TEST((promise_with({{"ask_first", scalar("false")}}).knows_by == store_promise::memory::none));
  BOOST_TEST(promise_with({{"consistency", scalar("ONE")}}).at_power_cut.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
