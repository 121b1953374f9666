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
  BOOST_TEST(logfmt(R"("a b"=1 "c\"d"="x\\y")") == R"(a b="1" c"d="x\y")");
  for (const auto* line : {"", "  ", "a=\"x", "a=\"x\\\"", "=1", "\"a\"", "\"a", "a\"b=1"})
    BOOST_TEST(logfmt(line).substr(0, 8) == "problem:", line);
}

BOOST_AUTO_TEST_CASE(logfmt_knows_the_escapes_of_json_and_go) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"(\u001b[31mred\u001b[0m \u00e9)", "\x1b[31mred\x1b[0m \u00e9"},
      {R"(\ud83e\udd17)", "\U0001f917"},
      {R"(a\x1bb\xff)", "a\x1b" "b\xff"},
      {R"(\U0001f600\u200b)", "\U0001f600\u200b"},
      {R"(q\"b\\c\nd\te\r\a\b\f\v\/)", "q\"b\\c\nd\te\r\a\b\f\v/"},
      {R"(\ud83e x \udd17 \U0000d800)", "\ufffd x \ufffd \ufffd"},
      {R"(\q \u12 \x1 \xgg \U00110000 \u)", R"(\q \u12 \x1 \xgg \U00110000 \u)"}};
  for (const auto& [written, meant] : cases)
    BOOST_TEST(logfmt("m=\"" + std::string{written} + '"') == "m=\"" + std::string{meant} + '"');
  BOOST_TEST(logfmt(R"(m=\u00e9)") == R"(m="\u00e9")"); // no quotes, no escapes
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

BOOST_AUTO_TEST_CASE(the_last_of_equal_names_wins) {
  BOOST_TEST(ltsv("a:1\tb:2\ta:3") == R"(b="2" a="3")");
  BOOST_TEST(logfmt("a=1 b a=3 b=x") == R"(a="3" b="x")");
  const auto timed = [](std::string_view line) {
    const auto found = parse_with({.format = line_format::logfmt, .time_key = "t"}, line);
    return found.text + " | " + (found.has_time ? std::to_string(found.time_ns) : "none");
  };
  BOOST_TEST(timed("t=1 n=1 t=2") == R"(n="1" | 2000000000)");
  BOOST_TEST(timed("t=never n=1 t=2") == R"(n="1" | 2000000000)");
  BOOST_TEST(timed("t=1 n=1 t=never") == R"(n="1" t="never" | none)");
}

BOOST_AUTO_TEST_CASE(ltsv_undoes_what_our_own_writer_escapes) {
  BOOST_TEST(ltsv(R"(a\x3ab:x\ty\nz\r\0\\)") == std::string_view("a:b=\"x\ty\nz\r\0\\\"", 14));
  BOOST_TEST(ltsv(R"(a:C:\Users\x3a \x22\)") == R"(a="C:\Users\x3a \x22\")");
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

BOOST_AUTO_TEST_CASE(a_time_that_is_not_read_or_cannot_be_held_is_told_and_stays) {
  const auto unread = [](line_format format, std::string_view line, std::string_view key = "t") {
    const auto found = parse_with({.format = format, .columns = {"t", "n"}, .time_key = std::string{key}}, line);
    BOOST_TEST(!found.has_time);
    return found.text + " | " + found.unread_time;
  };
  const auto wanted = std::string{", wanted iso8601 or a number of seconds"};
  BOOST_TEST(unread(line_format::ltsv, "t:never\tn:1") == R"(t="never" n="1" | t: never)" + wanted);
  BOOST_TEST(unread(line_format::csv, "1969-12-31T23:59:59Z,1")
             == R"(t="1969-12-31T23:59:59Z" n="1" | t: 1969-12-31T23:59:59Z)" + wanted);
  BOOST_TEST(unread(line_format::logfmt, "t=-86400") == R"(t="-86400" | t: -86400)" + wanted);
  BOOST_TEST(unread(line_format::logfmt, "n=1") == R"(n="1" | t: )" + wanted);
  BOOST_TEST(unread(line_format::json, R"({"t":-86400})") == "t=-86400 | t: -86400" + wanted);
  BOOST_TEST(unread(line_format::json, R"({"t":{"a":1}})") == R"(t={"a":1} | t: {…})" + wanted);
  BOOST_TEST(unread(line_format::json, R"({"t":null})") == "t=null | t: " + wanted);
}

BOOST_AUTO_TEST_CASE(a_time_that_is_read_or_not_asked_for_is_not_told) {
  auto parser = make_parser({.format = line_format::json, .time_key = "t"});
  BOOST_REQUIRE(parser);
  BOOST_TEST(!test::run(**parser, R"({"t":"never"})").unread_time.empty());
  BOOST_TEST(test::run(**parser, R"({"t":5})").unread_time.empty());
  BOOST_TEST(parse_with({.format = line_format::logfmt}, "t=never").unread_time.empty());
  BOOST_TEST(parse_with({.format = line_format::syslog}, "<34>1 - - - - - - x").unread_time.empty());
  BOOST_TEST(parse_with({.format = line_format::syslog}, "<34>no time at all").unread_time.empty());
}

BOOST_AUTO_TEST_SUITE_END()
