#include "tests/support/parse_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto parse_as(line_format format, std::string_view line, parser_settings settings = {}) -> test::outcome {
  settings.format = format;
  auto parser = make_parser(settings);
  BOOST_REQUIRE(parser);
  return test::run(**parser, line);
}

} // namespace

BOOST_AUTO_TEST_SUITE(access_log)

BOOST_AUTO_TEST_CASE(nginx_fields_are_named_as_in_fluentd) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"(127.0.0.1 192.168.0.1 - [28/Feb/2013:12:00:00 +0900] "GET / HTTP/1.1" 200 777 "-" "Opera/12.0")",
       R"(remote="127.0.0.1" host="192.168.0.1" user="-" method="GET" path="/" code=200 size=777 referer="-" agent="Opera/12.0")"},
      {R"(::1 - bob [28/Feb/2013:12:00:00 +0900] "GET /a b HTTP/1.1" 200 - "-" "x" "10.0.0.1, 10.0.0.2")",
       R"(remote="::1" host="-" user="bob" method="GET" path="/a b" code=200 size="-" referer="-" agent="x" http_x_forwarded_for="10.0.0.1, 10.0.0.2")"},
      {R"(h - - [28/Feb/2013:12:00:00 +0900] "GET /x" 200 1 "" "" -)",
       R"(remote="h" host="-" user="-" method="GET" path="/x" code=200 size=1 referer="" agent="" http_x_forwarded_for="-")"},
      {R"(h - - [28/Feb/2013:12:00:00 +0900] "\x16\x03" 400 0)",
       R"(remote="h" host="-" user="-" method="\x16\x03" code=400 size=0)"},
      {R"(h - - [28/Feb/2013:12:00:00 +0900] "" 400 0 "-" "-")",
       R"(remote="h" host="-" user="-" method="" code=400 size=0 referer="-" agent="-")"}};
  for (const auto& [line, fields] : cases) {
    const auto found = parse_as(line_format::nginx, line);
    BOOST_TEST(found.text == fields);
    BOOST_TEST(found.has_time);
    BOOST_TEST(found.time_ns == 1362020400'000000000);
  }
}

BOOST_AUTO_TEST_CASE(users_may_have_blanks_and_brackets_in_their_names) {
  for (const auto* user : {"john doe", "a [b]", "a [1] b", "x y z ", "", "[1", "DOMAIN\\john doe"}) {
    const auto line = R"(::1 - )" + std::string{user}
                      + R"( [28/Feb/2013:12:00:00 +0900] "GET /[1] HTTP/1.1" 200 1 "-" "a [2] \"x")";
    const auto found = parse_as(line_format::nginx, line);
    if (*user == '[') {
      BOOST_TEST(found.text.substr(0, 8) == "problem:");
      continue;
    }
    BOOST_TEST(found.text.substr(0, 30 + std::string_view{user}.size())
               == R"(remote="::1" host="-" user=")" + std::string{user} + "\" ");
    BOOST_TEST(found.time_ns == 1362020400'000000000, line);
  }
}

BOOST_AUTO_TEST_CASE(formats_with_more_words_are_not_split_wrong) {
  for (const auto* before : {"www:443 1.2.3.4 - -", "10.0.0.1, 10.0.0.2 - -", "1.2.3.4 -", "1.2.3.4"})
    for (const auto format : {line_format::nginx, line_format::apache2}) {
      const auto line =
          std::string{before} + R"( [28/Feb/2013:12:00:00 +0900] "GET / HTTP/1.1" 200 777 "-" "Opera/12.0")";
      BOOST_TEST(parse_as(format, line).text.substr(0, 8) == "problem:", line);
    }
}

BOOST_AUTO_TEST_CASE(apache_fields_are_nil_where_the_server_wrote_nothing) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"(192.168.0.1 - - [28/Feb/2013:12:00:00 +0900] "GET / HTTP/1.1" 200 777 "-" "Opera/12.0")",
       R"(host="192.168.0.1" user=null method="GET" path="/" code=200 size=777 referer=null agent="Opera/12.0")"},
      {R"(h - frank [28/Feb/2013:12:00:00 +0900] "GET /a.gif HTTP/1.0" 304 -)",
       R"(host="h" user="frank" method="GET" path="/a.gif" code=304 size=null referer=null agent=null)"},
      {R"(h - - [28/Feb/2013:12:00:00 +0900] "GET /\"q\" HTTP/1.0" 200 2 "a\"b" "c\\")",
       R"(host="h" user=null method="GET" path="/\"q\"" code=200 size=2 referer="a\"b" agent="c\\")"},
      {R"(h - - [28/Feb/2013:12:00:00 +0900] "-" 408 - "-" "-")",
       R"(host="h" user=null method="-" path=null code=408 size=null referer=null agent=null)"}};
  for (const auto& [line, fields] : cases) {
    const auto found = parse_as(line_format::apache2, line);
    BOOST_TEST(found.text == fields);
    BOOST_TEST(found.time_ns == 1362020400'000000000);
  }
}

BOOST_AUTO_TEST_CASE(settings_override_what_the_format_brings) {
  constexpr auto line = std::string_view{R"(h - - [28/Feb/2013:12:00:00 +0900] "GET / HTTP/1.1" 200 777)"};
  BOOST_TEST(
      parse_as(line_format::nginx, line, {.types = "code:string", .keep_time_key = true}).text
      == R"(remote="h" host="-" user="-" time="28/Feb/2013:12:00:00 +0900" method="GET" path="/" code="200" size=777)");
  const auto iso =
      parse_as(line_format::nginx, R"(h - - [2013-02-28T12:00:00+09:00] "GET / HTTP/1.1" 200 777)",
               {.time_format = "iso8601"});
  BOOST_TEST(iso.time_ns == 1362020400'000000000);
}

BOOST_AUTO_TEST_CASE(an_odd_time_stays_as_text) {
  const auto found = parse_as(line_format::nginx, R"(h - - [soon] "GET / HTTP/1.1" 200 777)");
  BOOST_TEST(!found.has_time);
  BOOST_TEST(found.text
             == R"(remote="h" host="-" user="-" time="soon" method="GET" path="/" code=200 size=777)");
}

BOOST_AUTO_TEST_CASE(other_lines_are_a_problem) {
  for (const auto* line :
       {"", "h", "h - - ", "h - - [x", "h - - [x] GET", "h - - [x] \"GET / HTTP", "h - - [x] \"GET\" 200",
        "h - - [x] \"GET\" 200 1 junk", "h - - [x] \"GET\" 200 1 \"a\"", "h - - [x] \"GET\\\" 200 1"}) {
    BOOST_TEST(parse_as(line_format::nginx, line).text
                   == "problem: the line is not in nginx's combined format",
               line);
    BOOST_TEST(parse_as(line_format::apache2, line).text
               == "problem: the line is not in Apache's common or combined format");
  }
}

BOOST_AUTO_TEST_SUITE_END()
