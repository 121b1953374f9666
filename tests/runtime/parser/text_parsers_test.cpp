#include "tests/support/parse_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto parse_with(const parser_settings& settings, std::string_view line) -> test::outcome {
  auto parser = make_parser(settings);
  BOOST_REQUIRE(parser);
  return test::run(**parser, line);
}

auto ltsv(std::string_view line) -> std::string {
  return parse_with({.format = line_format::ltsv}, line).text;
}
auto logfmt(std::string_view line) -> std::string {
  return parse_with({.format = line_format::logfmt}, line).text;
}
auto csv(std::string_view line) -> std::string {
  return parse_with({.format = line_format::csv, .columns = {"a", "b", "c"}}, line).text;
}
auto regex(const std::string& expression, std::string_view line) -> std::string {
  return parse_with({.format = line_format::regex, .expression = expression}, line).text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(text_parsers)

BOOST_AUTO_TEST_CASE(without_a_format_the_line_is_the_message) {
  BOOST_TEST(parse_with({}, "any text").text == R"(message="any text")");
  BOOST_TEST(parse_with({}, "").text == R"(message="")");
  BOOST_TEST(parse_with({}, std::string_view{"a\0b\xff", 4}).text
             == std::string_view("message=\"a\0b\xff\"", 14));
}

BOOST_AUTO_TEST_CASE(ltsv_splits_at_tabs_and_first_colons) {
  BOOST_TEST(ltsv("a:1\tb:x:y\tc:\t\td:2") == R"(a="1" b="x:y" c="" d="2")");
  BOOST_TEST(ltsv("a:1\tb") == "problem: a field has no \":\" between label and value");
  BOOST_TEST(ltsv("").substr(0, 8) == "problem:");
  BOOST_TEST(parse_with({.format = line_format::ltsv, .delimiter = "||"}, "a:1||b:2|3").text
             == R"(a="1" b="2|3")");
}

BOOST_AUTO_TEST_CASE(logfmt_knows_quotes_escapes_and_bare_keys) {
  BOOST_TEST(logfmt(R"(level=info msg="a \"b\" \\ \n" flag  empty= e2="" n=1=2)")
             == "level=\"info\" msg=\"a \"b\" \\ \n\" flag=true empty=\"\" e2=\"\" n=\"1=2\"");
  BOOST_TEST(logfmt("a=\"x\"b=2") == R"(a="x" b="2")");
  for (const auto* line : {"", "  ", "a=\"x", "a=\"x\\\"", "=1", "\"a\"=1"})
    BOOST_TEST(logfmt(line).substr(0, 8) == "problem:", line);
}

BOOST_AUTO_TEST_CASE(csv_follows_rfc_4180) {
  BOOST_TEST(csv("1,2,3") == R"(a="1" b="2" c="3")");
  BOOST_TEST(csv(R"("x, y","say ""hi""",)") == R"(a="x, y" b="say "hi"" c="")");
  BOOST_TEST(csv("1,2") == R"(a="1" b="2")");
  BOOST_TEST(csv("\"\",,\"\"") == R"(a="" b="" c="")");
  BOOST_TEST(csv("1,2,3,4") == "problem: the line has more values than there are columns");
  for (const auto* line : {"", "\"1", "\"1\"x,2", "1,\"\"\""})
    BOOST_TEST(csv(line).substr(0, 8) == "problem:", line);
  BOOST_TEST(parse_with({.format = line_format::csv, .columns = {"a", "b"}, .delimiter = ";"}, "1,5;2").text
             == R"(a="1,5" b="2")");
}

BOOST_AUTO_TEST_CASE(regex_takes_named_groups_in_both_spellings) {
  BOOST_TEST(regex(R"(^(?P<a>\w+) (?<b>\d+)$)", "x 12") == R"(a="x" b="12")");
  BOOST_TEST(regex(R"((?<a>x)?(\d)(?<b>y*))", "5") == R"(b="")");
  BOOST_TEST(regex(R"(\(?<a>[(?<b>]+(?<c>.))", "<a>(?x") == R"(c="x")");
  BOOST_TEST(regex("(?<a>x)", "y") == "problem: the line does not match the expression");
}

BOOST_AUTO_TEST_CASE(regex_matches_any_bytes) {
  BOOST_TEST(regex("^(?<a>\\S+) (?<b>.*)$", "k \xff\xfe\n z") == "a=\"k\" b=\"\xff\xfe\n z\"");
  BOOST_TEST(regex("^(?<a>.) (?<b>\\p{Lu})$", "\u00e9 \u00c9") == "a=\"\u00e9\" b=\"\u00c9\"");
}

BOOST_AUTO_TEST_CASE(types_and_time_work_for_every_format) {
  auto settings = parser_settings{
      .format = line_format::ltsv, .time_key = "time", .types = "n:integer,l:array:|,t:time:unix"};
  auto found = parse_with(settings, "n:18446744073709551615\tl:a|b\ttime:2026-11-22 15:00:00\tt:5\to:x");
  BOOST_TEST(found.text == R"(n=18446744073709551615 l=["a","b"] t=ext(0,8) o="x")");
  BOOST_TEST(found.time_ns == 1795359600'000000000);
  found = parse_with(settings, "n:1x\ttime:never");
  BOOST_TEST(found.text == R"(n="1x" time="never")");
  BOOST_TEST(!found.has_time);
  settings.keep_time_key = true;
  BOOST_TEST(parse_with(settings, "time:2026-11-22 15:00:00").text == R"(time="2026-11-22 15:00:00")");
  settings = {.format = line_format::csv, .columns = {"a", "b"}, .types = "a:float,b:bool"};
  BOOST_TEST(parse_with(settings, "2,TRUE").text == "a=2.0 b=true");
  BOOST_TEST(parse_with(settings, "inf,2").text == R"(a="inf" b="2")");
}

BOOST_AUTO_TEST_SUITE_END()
