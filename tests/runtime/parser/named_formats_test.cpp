#include "tests/support/parse_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto text_with(const parser_settings& settings, std::string_view line) -> std::string {
  auto parser = make_parser(settings);
  if (!parser) return parser.failure().what;
  return test::run(**parser, line).text;
}

auto text_as(line_format format, std::string_view line) -> std::string { return text_with({.format = format}, line); }

auto grok(const std::string& expression, std::string_view line, std::map<std::string, std::string> own = {}) -> std::string {
  return text_with({.format = line_format::grok, .expression = expression, .patterns = std::move(own)}, line);
}

auto is_problem(const std::string& text) -> bool { return text.starts_with("problem: "); }

} // namespace

BOOST_AUTO_TEST_SUITE(named_formats)

BOOST_AUTO_TEST_CASE(key_value_pairs_are_separated_as_the_settings_say) {
  const auto plain = parser_settings{.format = line_format::key_value};
  BOOST_TEST(text_with(plain, R"(a=1 "b c"="x \"y\"" flag)") == "a=\"1\" b c=\"x \"y\"\" flag=true");
  const auto semicolons =
      parser_settings{.format = line_format::key_value, .delimiter = ";", .value_separator = ":", .quotes = "'", .prefix = "kv_"};
  BOOST_TEST(text_with(semicolons, "a: two words ; 'b;c' : 'd;e';; x:\"q") == R"(kv_a="two words" kv_b;c="d;e" kv_x=""q")");
  const auto arrows = parser_settings{.format = line_format::key_value, .delimiter = ", ", .value_separator = "=>"};
  BOOST_TEST(text_with(arrows, "a=>1=2, b=>c, d") == R"(a="1=2" b="c" d=true)");
  const auto bars = parser_settings{.format = line_format::key_value, .delimiter = " | ", .value_separator = " = "};
  BOOST_TEST(text_with(bars, R"(a = 1 | "b" = "two" | "c" |  d = x y)") == R"(a="1" b="two" c=true d="x y")");
  for (const auto* line : {"", "  ", "=1", "a=\"x", "a=\"x\"y", "\"\"=1"})
    BOOST_TEST(is_problem(text_with(plain, line)), line);
}

BOOST_AUTO_TEST_CASE(what_separates_pairs_cannot_separate_key_and_value) {
  BOOST_TEST(text_with({.format = line_format::key_value, .value_separator = ""}, "").starts_with("value_separator: "));
  BOOST_TEST(text_with({.format = line_format::key_value, .delimiter = "=", .value_separator = "="}, "").starts_with("value_separator: "));
}

BOOST_AUTO_TEST_CASE(cef_has_a_header_and_values_with_blanks) {
  BOOST_TEST(text_as(line_format::cef, R"(Sep 19 08:26:10 host CEF:0|Security|threat\|manager|1.0|100|worm \\ stopped|10|src=10.0.0.1 msg=a long text act=)")
             == R"(header="Sep 19 08:26:10 host" cefVersion="0" deviceVendor="Security" deviceProduct="threat|manager" deviceVersion="1.0" )"
                R"(deviceEventClassId="100" name="worm \ stopped" severity="10" src="10.0.0.1" msg="a long text" act="")");
  const auto extension = [](std::string_view text) {
    const auto all = text_as(line_format::cef, "CEF:0|v|p|1|i|n|5|" + std::string{text});
    const auto at = all.find("severity=\"5\"");
    return at == std::string::npos ? all : all.substr(std::min(at + 13, all.size()));
  };
  BOOST_TEST(extension(R"(request=http://x/?a=1&b=2 cs1Label=it\=is cs1=two\nlines  )")
             == "request=\"http://x/?a=1&b=2\" cs1Label=\"it=is\" cs1=\"two\nlines\"");
  BOOST_TEST(extension("a=b=c d=e") == R"(a="b=c" d="e")");
  BOOST_TEST(extension("a=1 a=2") == R"(a="2")");
  BOOST_TEST(extension("") == "");
  for (const auto* line : {"", "CEF:", "CEF:0|a|b|c|d|e", "CEF:0|a|b|c|d|e|5|no pairs", "LEEF:1.0|a|b|c|d|"})
    BOOST_TEST(is_problem(text_as(line_format::cef, line)), line);
}

BOOST_AUTO_TEST_CASE(leef_names_its_delimiter_or_has_tabs) {
  const auto header = std::string{R"( vendor="V" product="P" version="1" eventID="7" )"};
  BOOST_TEST(text_as(line_format::leef, "LEEF:1.0|V|P|1|7|src=1\tmsg=a b=c") == "leefVersion=\"1.0\"" + header + R"(src="1" msg="a b=c")");
  for (const auto* delimiter : {"^", "x5E", "0x5e"})
    BOOST_TEST(text_as(line_format::leef, "LEEF:2.0|V|P|1|7|" + std::string{delimiter} + "|src=1^msg=a\tb")
               == "leefVersion=\"2.0\"" + header + "src=\"1\" msg=\"a\tb\"");
  BOOST_TEST(text_as(line_format::leef, "LEEF:2.0|V|P|1|7|src=1") == "leefVersion=\"2.0\"" + header + "src=\"1\"");
  for (const auto* line : {"", "LEEF:1.0|a|b|c|d", "LEEF:1.0|a|b|c|d|e", "CEF:0|a|b|c|d|e|5|"})
    BOOST_TEST(is_problem(text_as(line_format::leef, line)), line);
}

BOOST_AUTO_TEST_CASE(klog_lines_have_a_level_a_time_and_a_place) {
  auto parser = make_parser({.format = line_format::klog});
  BOOST_REQUIRE(parser);
  const auto read = test::run(**parser, "E0505 17:59:40.692994   28133 pkg/klog.go:70] hello [x] there");
  BOOST_TEST(read.text == R"(level="error" id=28133 file="pkg/klog.go" line=70 message="hello [x] there")");
  BOOST_TEST(read.has_time);
  BOOST_TEST(read.time_ns % 1'000'000'000 == 692'994'000);
  BOOST_TEST(test::run(**parser, "I0101 00:00:00.000001 1 a.go:1]").text == R"(level="info" id=1 file="a.go" line=1 message="")");
  for (const auto* line : {"", "hello", "X0505 17:59:40.692994 1 a.go:1] x", "I0505 17:59:40.692994 1 a.go x"})
    BOOST_TEST(is_problem(text_as(line_format::klog, line)), line);
}

BOOST_AUTO_TEST_CASE(grok_names_patterns_fields_and_types) {
  BOOST_TEST(grok("%{IPORHOST:client.ip} %{WORD:verb} %{NUMBER:took:float} %{INT:n:int}", "10.0.0.1 GET 0.5 -7")
             == R"(client.ip="10.0.0.1" verb="GET" took=0.5 n=-7)");
  BOOST_TEST(grok("%{WORD:[a][b]}(?<rest>.*)", "x y") == R"(a.b="x" rest=" y")");
  BOOST_TEST(grok("%{TICKET:ticket} %{GREEDYDATA:text}", "AB-12 it", {{"TICKET", "[A-Z]+-%{POSINT}"}}) == R"(ticket="AB-12" text="it")");
  BOOST_TEST(grok("(?:a %{WORD:x}|b %{WORD:x})", "b two") == R"(x="two")");
  BOOST_TEST(grok("%{LOGLEVEL:level} %{TIMESTAMP_ISO8601:at}", "WARN 2026-11-22T15:00:00,123+01:00")
             == R"(level="WARN" at="2026-11-22T15:00:00,123+01:00")");
  BOOST_TEST(is_problem(grok("^%{POSINT:n}$", "x")));
}

BOOST_AUTO_TEST_CASE(grok_knows_the_lines_of_apache_and_syslog) {
  BOOST_TEST(grok("%{COMBINEDAPACHELOG}", R"(::1 - bob [28/Feb/2013:12:00:00 +0900] "GET /a?b=c HTTP/1.1" 200 777 "-" "Opera 12")")
             == R"(clientip="::1" ident="-" auth="bob" timestamp="28/Feb/2013:12:00:00 +0900" verb="GET" request="/a?b=c" )"
                R"(httpversion="1.1" response="200" bytes="777" referrer=""-"" agent=""Opera 12"")");
  BOOST_TEST(grok("%{SYSLOGLINE}", "Nov 22 15:00:00 host prog[12]: text")
             == R"(timestamp="Nov 22 15:00:00" logsource="host" program="prog" pid="12" message="text")");
}

BOOST_AUTO_TEST_CASE(a_wrong_grok_expression_is_told) {
  const std::pair<const char*, const char*> cases[] = {
      {"%{NOPE:a}", "expression: there is no pattern \"NOPE\"; \"patterns\" may have it"},
      {"%{WORD:a", "expression: a \"%{\" has no \"}\""},
      {"%{WORD:a:date}", "expression: \"date\" of \"a\" is no type; wanted int, float, string or bool"},
      {"%{WORD}", "expression: names no field, wanted %{NAME:field}"},
      {"", "expression: grok wants one, such as %{COMBINEDAPACHELOG}"},
      {"%{LOOP:a}", "expression: its patterns name each other in a circle"}};
  for (const auto& [expression, what] : cases) BOOST_TEST(grok(expression, "", {{"LOOP", "x%{LOOP}"}}) == what);
  BOOST_TEST(grok("%{WORD:a}(", "").starts_with("expression: missing )"));
  BOOST_TEST(grok("%{A:a}", "", {{"A", "%{B}%{B}%{B}%{B}%{B}%{B}%{B}%{B}"}, {"B", "%{C}%{C}%{C}%{C}%{C}%{C}%{C}%{C}"},
                                 {"C", "%{D}%{D}%{D}%{D}%{D}%{D}%{D}%{D}"}, {"D", std::string(500, 'x')}})
             == "expression: it is longer than 64 KiB with all its patterns");
}

BOOST_AUTO_TEST_CASE(xml_elements_are_maps_texts_and_lists) {
  BOOST_TEST(text_as(line_format::xml, R"(<?xml version="1.0"?><e a="1"> <n>x</n> <m/> <n k="v">y &lt; z</n> </e>)")
             == R"(e={"@a":"1","n":["x",{"@k":"v","#text":"y < z"}],"m":""})");
  BOOST_TEST(text_as(line_format::xml, "<a>one<b>two</b> three<!-- no --></a>") == R"(a={"#text":"one three","b":"two"})");
  BOOST_TEST(text_as(line_format::xml, "<a><![CDATA[<b>]]>&#233;</a>") == "a=\"<b>\u00e9\"");
  const auto typed = parser_settings{.format = line_format::xml, .time_key = "e.@t", .types = "e.n:integer"};
  auto parser = make_parser(typed);
  BOOST_REQUIRE(parser);
  const auto read = test::run(**parser, R"(<e t="2026-11-22T15:00:00Z"><n>5</n><n>6</n></e>)");
  BOOST_TEST(read.text == R"(e={"n":[5,6]})");
  BOOST_TEST(read.time_ns == 1795359600'000'000'000);
}

BOOST_AUTO_TEST_CASE(xml_takes_no_document_type_no_depth_and_nothing_that_is_not_well_formed) {
  BOOST_TEST(text_as(line_format::xml, R"(<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>)")
             == "problem: a document type is not taken, nor are entities of one");
  auto deep = std::string{};
  for (int i = 0; i < 65; ++i) deep += "<a>";
  BOOST_TEST(text_as(line_format::xml, deep) == "problem: the elements are too deep inside of each other, at most 64 may be");
  for (const auto* line : {"", "x", "<a>", "<a></b>", "<a/><b/>", "<a>&undefined;</a>", "<a>\xff</a>", "<a b=1/>"})
    BOOST_TEST(is_problem(text_as(line_format::xml, line)), line);
}

BOOST_AUTO_TEST_CASE(a_url_has_parts_and_a_map_of_its_query) {
  BOOST_TEST(text_as(line_format::url, "https://u:p@example.org:8080/a/b?q=1&x=%C3%A9+y&q=2&z#top")
             == "scheme=\"https\" username=\"u\" password=\"p\" host=\"example.org\" port=8080 path=\"/a/b\" fragment=\"top\" "
                "query={\"q\":[\"1\",\"2\"],\"x\":\"\u00e9 y\",\"z\":\"\"}");
  BOOST_TEST(text_as(line_format::url, "/shop?id=7") == R"(path="/shop" query={"id":"7"})");
  BOOST_TEST(text_as(line_format::url, "http://[::1]:80/") == R"(scheme="http" host="[::1]" port=80 path="/")");
  BOOST_TEST(text_as(line_format::url, "mailto:a@b.c") == R"(scheme="mailto" path="a@b.c")");
  BOOST_TEST(text_as(line_format::url, "//h/x?%zz=%") == R"(host="h" path="/x" query={"%zz":"%"})");
  for (const auto* line : {"", "a b", "shop", "http://h:port/", "http://[::1/", "1http://x"})
    BOOST_TEST(is_problem(text_as(line_format::url, line)), line);
}

BOOST_AUTO_TEST_CASE(a_user_agent_is_a_browser_a_bot_or_a_tool) {
  const std::pair<const char*, const char*> cases[] = {
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2",
       R"(name="Edge" version="120.0.2" os="Windows" os_version="10.0" category="pc")"},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
       R"(name="Safari" version="17.1" os="iOS" os_version="17.1.2" category="phone")"},
      {"Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
       R"(name="Chrome" version="119.0.0.0" os="Android" os_version="13" category="tablet")"},
      {"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
       R"(name="Firefox" version="115.0" os="Linux" category="pc")"},
      {"Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
       R"(name="Internet Explorer" version="11.0" os="Windows" os_version="6.1" category="pc")"},
      {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", R"(name="Googlebot" version="2.1" category="bot")"},
      {"MyCrawler/1.2 (spider)", R"(name="MyCrawler" version="1.2" category="bot")"},
      {"curl/7.88.1", R"(name="curl" version="7.88.1" category="tool")"},
      {"Something", R"(name="Something" category="unknown")"}};
  for (const auto& [line, text] : cases) BOOST_TEST(text_as(line_format::user_agent, line) == text);
  BOOST_TEST(is_problem(text_as(line_format::user_agent, "-")));
}

BOOST_AUTO_TEST_SUITE_END()
