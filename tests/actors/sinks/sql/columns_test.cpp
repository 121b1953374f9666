#include "actors/sinks/sql/columns.hpp"

#include "actors/sinks/sql/table_names.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

/// The value of the field v, as text.
template <class Value> auto text_for(const column_type& type, const Value& value) -> std::string {
  auto scratch = byte_buffer{};
  const auto rec = test::record("v", value);
  const auto made = value_for(type, std::string_view{rec}.substr(3), scratch);
  if (const auto* text = std::get_if<std::string_view>(&made)) return '"' + std::string{*text} + '"';
  if (const auto* number = std::get_if<std::int64_t>(&made)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&made)) return std::to_string(*real);
  if (const auto* state = std::get_if<bool>(&made)) return *state ? "true" : "false";
  return std::holds_alternative<column_time>(made) ? "time" : "null";
}

using kind = column_type::kind;

} // namespace

BOOST_AUTO_TEST_SUITE(sql_columns)

BOOST_AUTO_TEST_CASE(numbers_fit_or_are_null) {
  const auto small = column_type{kind::integer, SIZE_MAX, INT16_MIN, INT16_MAX};
  BOOST_TEST(text_for(small, 7) == "7");
  BOOST_TEST(text_for(small, "7") == "7");
  BOOST_TEST(text_for(small, 70'000) == "null");
  BOOST_TEST(text_for(small, "7 ") == "null");
  BOOST_TEST(text_for(small, 7.0) == "7");
  BOOST_TEST(text_for(small, 7.5) == "null");
  BOOST_TEST(text_for(column_type{kind::real}, "0.5") == "0.500000");
  BOOST_TEST(text_for(column_type{.what = kind::real, .is_single = true}, 1e300) == "null");
}

BOOST_AUTO_TEST_CASE(text_is_counted_in_characters_and_has_no_nul) {
  BOOST_TEST(text_for(column_type{kind::text, 2}, "\xc3\xa4\xc3\xb6") == "\"\xc3\xa4\xc3\xb6\"");
  BOOST_TEST(text_for(column_type{kind::text, 2}, "abc") == "null");
  BOOST_TEST(text_for(column_type{}, std::string("a\0b", 3)) == "\"a\xef\xbf\xbd""b\"");
  BOOST_TEST(text_for(column_type{}, 7) == "\"7\"");
}

BOOST_AUTO_TEST_CASE(an_escaped_nul_is_replaced_and_an_escaped_backslash_is_not) {
  auto json = byte_buffer{};
  json.append(R"({"a":"x\u0000y","b":"\\u0000","c":"\\\u0000"})");
  replace_nul_escapes(json, 0);
  BOOST_TEST(json.view() == "{\"a\":\"x\xef\xbf\xbdy\",\"b\":\"\\\\u0000\",\"c\":\"\\\\\xef\xbf\xbd\"}");
}

BOOST_AUTO_TEST_CASE(names_of_tables_follow_the_rule) {
  auto names = table_names::compile("Logs-{tag}-%Y", {"n", "c"});
  BOOST_REQUIRE(names);
  constexpr auto of_2026 = std::int64_t{1'795'359'845'123'456'789};
  BOOST_TEST(names->of("Web.access", of_2026) == "logs_web_access_2026");
  BOOST_TEST(names->of("Web.access", of_2026 - std::int64_t{400} * 86'400'000'000'000) == "logs_web_access_2025");
  BOOST_TEST(names->of("../x", of_2026) == "logs____x_2026");
  const auto long_one = names->of(std::string(200, 'a') + "1", of_2026);
  BOOST_TEST(long_one.size() <= table_names::bytes_max);
  BOOST_TEST(names->of(std::string(200, 'a') + "2", of_2026) != long_one);
}

BOOST_AUTO_TEST_CASE(the_ledgers_tables_are_no_events_tables) {
  BOOST_TEST(!problem_of_table_name("weir_ledger").empty());
  BOOST_TEST(!problem_of_table_name("Weir-Sinks").empty());
  BOOST_TEST(!problem_of_table_name("a/b").empty());
  BOOST_TEST(problem_of_table_name("events").empty());
  auto names = table_names::compile("{tag}", {"n", "c"});
  BOOST_TEST(names->of("weir_ledger", 0) == "weir_ledger_");
}

BOOST_AUTO_TEST_SUITE_END()
