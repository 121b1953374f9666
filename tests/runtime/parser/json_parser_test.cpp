#include "tests/support/parse_text.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>

using namespace weir;

namespace {

auto parse_json(std::string_view line, parser_settings settings = {}) -> test::outcome {
  settings.format = line_format::json;
  auto parser = make_parser(settings);
  BOOST_REQUIRE(parser);
  return test::run(**parser, line);
}

} // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(values_of_every_kind_keep_their_meaning) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({})", ""},
      {R"( { "a" : 1 , "b" : "x" } )", R"(a=1 b="x")"},
      {R"({"a":-1,"b":0,"c":-0,"d":9223372036854775807,"e":-9223372036854775808})",
       "a=-1 b=0 c=0 d=9223372036854775807 e=-9223372036854775808"},
      {R"({"a":18446744073709551615,"b":18446744073709551616,"c":-9223372036854775809})",
       "a=18446744073709551615 b=1.8446744073709552e+19 c=-9.2233720368547758e+18"},
      {R"({"a":1.5,"b":-0.25,"c":1e3,"d":1E-2,"e":0.1,"f":3.0})",
       "a=1.5 b=-0.25 c=1000.0 d=0.01 e=0.10000000000000001 f=3.0"},
      {R"({"a":2.2250738585072014e-308,"b":1e-999,"c":123456789012345678901234567890.5})",
       "a=2.2250738585072014e-308 b=0.0 c=1.2345678901234568e+29"},
      {R"({"t":true,"f":false,"n":null})", "t=true f=false n=null"},
      {R"({"o":{"a":[1,{"b":[]},{}],"c":"d"},"e":[]})", R"(o={"a":[1,{"b":[]},{}],"c":"d"} e=[])"},
      {R"({"a":1,"a":2})", "a=2"},
      {R"({"":""})", R"(="")"}};
  for (const auto& [line, fields] : cases) BOOST_TEST(parse_json(line).text == fields);
}

BOOST_AUTO_TEST_CASE(the_last_of_equal_keys_wins) {
  const auto long_key = std::string(40, 'k');
  const std::pair<std::string, std::string_view> cases[] = {
      {R"({"a":1,"b":2,"a":3})", "b=2 a=3"},
      {R"({"a":1,"b":{"a":2},"a":3})", R"(b={"a":2} a=3)"},
      {R"({"b":{"a":1,"c":[{"a":1,"a":2},{"a":3}],"a":4}})", R"(b={"c":[{"a":2},{"a":3}],"a":4})"},
      {R"({"a":1,"\u0061":2})", "a=2"},
      {R"({"\u0061":1,"a" : 2})", "a=2"},
      {R"({"":1,"":2})", "=2"},
      {R"({"\n":1,"x\\":1,"\n":2,"x\\":2})", "\n=2 x\\=2"},
      {"{\"" + long_key + "\":1,\"" + long_key + "\":2}", "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk=2"},
      {R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"x":1,"x":2}}}}}}}}}})",
       R"(a={"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"x":2}}}}}}}}})"},
      {R"({"a":[1,{"x":1},2],"b":{"x":1},"c":{"x":1}})", R"(a=[1,{"x":1},2] b={"x":1} c={"x":1})"}};
  for (auto round = 0; round < 2; ++round) // known keys are read in another way
    for (const auto& [line, fields] : cases) BOOST_TEST(parse_json(line).text == fields);
  auto parser = make_parser({.format = line_format::json});
  BOOST_REQUIRE(parser);
  for (auto round = 0; round < 2; ++round)
    for (const auto& [line, fields] : cases) BOOST_TEST(test::run(**parser, line).text == fields);
}

// Goal: no key is missed however many there were before. Method: random objects out of thousands of keys.
BOOST_AUTO_TEST_CASE(equal_keys_are_found_among_any_number_of_others) {
  auto random = std::mt19937{3};
  auto parser = make_parser({.format = line_format::json});
  BOOST_REQUIRE(parser);
  for (auto i = 0; i < 3000; ++i) {
    auto line = std::string{"{"};
    auto last = std::map<std::string, int>{};
    const auto keys = random() % 30 + 1;
    const auto range = i % 3 == 0 ? 20U : 3000U;
    for (auto k = 0U; k < keys; ++k) {
      const auto key = "key" + std::string(random() % 20, '_') + std::to_string(random() % range);
      last[key] = static_cast<int>(k);
      line += (k == 0 ? "\"" : ",\"") + key + "\":" + std::to_string(k);
    }
    auto wanted = std::map<int, std::string>{};
    for (const auto& [key, value] : last) wanted[value] = key;
    auto text = std::string{};
    for (const auto& [value, key] : wanted) text += (text.empty() ? "" : " ") + key + "=" + std::to_string(value);
    BOOST_TEST_REQUIRE(test::run(**parser, line + "}").text == text);
  }
}

BOOST_AUTO_TEST_CASE(the_last_time_is_the_events) {
  const auto timed = [](std::string_view line) {
    const auto found = parse_json(line, {.format = line_format::json, .time_key = "t"});
    return found.text + " | " + (found.has_time ? std::to_string(found.time_ns) : "none");
  };
  BOOST_TEST(timed(R"({"t":1,"n":1,"t":2})") == "n=1 | 2000000000");
  BOOST_TEST(timed(R"({"t":"never","n":1,"t":2})") == "n=1 | 2000000000");
  BOOST_TEST(timed(R"({"t":1,"n":1,"t":"never"})") == R"(n=1 t="never" | none)");
  BOOST_TEST(timed(R"({"t":1,"n":1,"t":null})") == "n=1 t=null | none");
}

BOOST_AUTO_TEST_CASE(rules_reach_fields_inside_of_others) {
  const auto settings = parser_settings{
      .format = line_format::json, .time_key = "log.meta.t", .types = "log.n:string,log.meta.l:array,x.y:integer"};
  const auto read = [&](std::string_view line) {
    const auto found = parse_json(line, settings);
    BOOST_TEST(found.valid, line);
    return found.text + " | " + (found.has_time ? std::to_string(found.time_ns) : found.unread_time);
  };
  BOOST_TEST(read(R"({"log":{"n":1,"meta":{"t":1.5,"l":"a,b","o":{"t":7}},"z":[{"n":1}]},"n":2})")
             == R"(log={"n":"1","meta":{"l":["a","b"],"o":{"t":7}},"z":[{"n":1}]} n=2 | 1500000000)");
  BOOST_TEST(read(R"({"log":{"meta":{"t":1700000000.123456789}}})") == "log={\"meta\":{}} | 1700000000123456789");
  BOOST_TEST(read(R"({"x.y":"1","x":{"y":"2"},"log.meta.t":3})") == R"(x.y=1 x={"y":2} | 3000000000)");
  BOOST_TEST(read(R"({"log":{"meta":{"t":"no"}}})")
             == R"(log={"meta":{"t":"no"}} | log.meta.t: no, wanted iso8601 or a number of seconds)");
  BOOST_TEST(read(R"({"log":[{"meta":{"t":1}}],"x":5})").substr(0, 32) == R"(log=[{"meta":{"t":1}}] x=5 | log)");
  BOOST_TEST(parse_json(R"({"log":{"meta":{"t":1,)", settings).text.substr(0, 8) == "problem:");
}

BOOST_AUTO_TEST_CASE(forms_of_bytes_are_undone) {
  BOOST_TEST(parse_json("{\"caf\u241a""e9\":\"\u241a""e9 \u241a \u241a""E9 \u201c\"}").text
             == "caf\xe9=\"\xe9 \u241a \u241a""E9 \u201c\"");
  BOOST_TEST(parse_json(R"({"a":"\u241ae9"})").text == "a=\"\xe9\"");
}

BOOST_AUTO_TEST_CASE(escapes_are_undone_in_keys_and_values) {
  BOOST_TEST(parse_json(R"({"a\"b":"\\ \/ \b\f\n\r\t"})").text == "a\"b=\"\\ / \b\f\n\r\t\"");
  BOOST_TEST(parse_json(R"({"a":"\u0041\u00e9\u20ac\ud83d\ude00"})").text == "a=\"A\u00e9\u20ac\U0001F600\"");
  BOOST_TEST(parse_json(R"({"a":"\ud83d x \ude00"})").text == "a=\"\ufffd x \ufffd\"");
  BOOST_TEST(parse_json(R"({"a":"\u0000"})").text == std::string_view("a=\"\0\"", 5));
  BOOST_TEST(parse_json("{\"a\":\"" + std::string(300, 'x') + "\\n\"}").text
             == "a=\"" + std::string(300, 'x') + "\n\"");
}

BOOST_AUTO_TEST_CASE(strings_of_every_length_come_out_whole) {
  for (const auto size :
       {0UL, 1UL, 15UL, 16UL, 17UL, 31UL, 32UL, 33UL, 255UL, 256UL, 65535UL, 65536UL, 200000UL}) {
    const auto text = std::string(size, 'v');
    const auto found = parse_json("{\"k\":\"" + text + "\" ,\"e\":1}");
    BOOST_TEST(found.valid);
    BOOST_TEST((found.text == "k=\"" + text + "\" e=1"));
  }
}

BOOST_AUTO_TEST_CASE(large_containers_get_a_wide_header) {
  for (const auto count : {15, 16, 17, 65535, 65536, 70000}) {
    auto items = std::string{"1"};
    for (auto i = 1; i < count; ++i) items += ",1";
    const auto found = parse_json("{\"k\":{\"l\":[" + items + "]}}");
    BOOST_TEST(found.valid);
    BOOST_TEST((found.text == "k={\"l\":[" + items + "]}"));
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_kept) {
  BOOST_TEST(parse_json("{\"a\":\"\xff\xfe ok\",\"b\":1}").text == "a=\"\xff\xfe ok\" b=1");
}

BOOST_AUTO_TEST_CASE(what_is_not_one_object_is_a_problem) {
  const std::string_view lines[] = {"",
                                    " ",
                                    "1",
                                    "[1]",
                                    "\"a\"",
                                    "{",
                                    "}",
                                    "{\"a\"}",
                                    "{\"a\":}",
                                    "{\"a\":1,}",
                                    "{,}",
                                    "{\"a\":1 \"b\":2}",
                                    "{\"a\":1}}",
                                    "{\"a\":1} x",
                                    "{a:1}",
                                    "{\"a\":01}",
                                    "{\"a\":1.}",
                                    "{\"a\":.5}",
                                    "{\"a\":1e}",
                                    "{\"a\":+1}",
                                    "{\"a\":-}",
                                    "{\"a\":1x}",
                                    "{\"a\":tru}",
                                    "{\"a\":truex}",
                                    "{\"a\":nulll}",
                                    "{\"a\":\"\\x\"}",
                                    "{\"a\":\"\\u12\"}",
                                    "{\"a\":\"b}",
                                    "{\"a\":[1,]}",
                                    "{\"a\":[1}",
                                    "{\"a\":[1 2]}",
                                    "{\"a\":{1:2}}",
                                    "{\"a\":\"b\"c}",
                                    "{\"a\":1e999}",
                                    "{\"a\":\"\n\"}",
                                    "{\"a\":12",
                                    "{\"a\":[",
                                    "{\"a\":{\"b\":1"};
  for (const auto line : lines) BOOST_TEST(parse_json(line).text.substr(0, 9) == "problem: ", line);
  BOOST_TEST(parse_json("[1]").text == "problem: the line is not a JSON object");
}

BOOST_AUTO_TEST_CASE(depth_is_bounded) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  BOOST_TEST(parse_json(nested(256)).valid);
  BOOST_TEST(parse_json(nested(256)).text.substr(0, 3) == "a=[");
  BOOST_TEST(parse_json(nested(257)).text == "problem: the JSON is nested deeper than 256 levels");
  BOOST_TEST(parse_json("{\"a\":" + std::string(1'000'000, '[')).text.substr(0, 8) == "problem:");
}

BOOST_AUTO_TEST_CASE(the_time_field_becomes_the_time_and_leaves_the_record) {
  struct row {
    std::string format, line, fields;
    std::int64_t ns;
  };
  const row rows[] = {{"", R"({"a":1,"ts":"2026-11-22T15:00:00.5Z","b":2})", "a=1 b=2", 1795359600500000000},
                      {"", R"({"ts":1795359600,"b":2})", "b=2", 1795359600000000000},
                      {"unix", R"({"ts":1795359600.123456789})", "", 1795359600123456789},
                      {"unix_ms", R"({"ts":1795359600123})", "", 1795359600123000000},
                      {"%d.%m.%Y %H:%M", R"({"ts":"22.11.2026 15:00"})", "", 1795359600000000000}};
  for (const auto& r : rows) {
    const auto found = parse_json(r.line, {.time_key = "ts", .time_format = r.format});
    BOOST_TEST(found.text == r.fields);
    BOOST_TEST(found.has_time);
    BOOST_TEST(found.time_ns == r.ns);
  }
  const auto kept = parse_json(R"({"ts":17,"b":2})", {.time_key = "ts", .keep_time_key = true});
  BOOST_TEST(kept.text == "ts=17 b=2");
  BOOST_TEST(kept.time_ns == 17'000'000'000);
}

BOOST_AUTO_TEST_CASE(a_time_that_does_not_parse_stays_in_the_record) {
  for (const auto* line : {R"({"ts":"yesterday"})", R"({"ts":null})", R"({"ts":[1]})", R"({"x":{"ts":1}})"}) {
    const auto found = parse_json(line, {.time_key = "ts"});
    BOOST_TEST(!found.has_time);
    BOOST_TEST(found.text.find("ts") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(types_are_applied_to_top_level_fields) {
  const auto types = std::string{"n:integer,f:float,b:bool,l:array,s:string,t:time"};
  const auto found =
      parse_json(R"({"n":"12","f":"1.5","b":"yes","l":"a, b,c","s":404,"t":"2026-11-22T15:00:00Z","x":"7"})",
                 {.types = types});
  BOOST_TEST(found.text == R"(n=12 f=1.5 b=true l=["a","b","c"] s="404" t=ext(0,8) x="7")");
  BOOST_TEST(parse_json(R"({"n":"x","f":"","b":"maybe","t":"?"})", {.types = types}).text
             == R"(n="x" f="" b="maybe" t="?")");
  BOOST_TEST(parse_json(R"({"n":{"n":"1"}})", {.types = types}).text == R"(n={"n":"1"})");
}

BOOST_AUTO_TEST_SUITE_END()
