#include "tests/support/parse_text.hpp"
#include "tests/support/ruled_settings.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace weir;
using namespace std::literals;

namespace {

/// One line that each format understands.
auto valid_line(line_format format) -> std::string {
  using enum line_format;
  switch (format) {
  case json:
    return R"({"ts":"2026-11-22T15:00:00Z","a":[1,-2.5e3,{"b":"\u00e9\n"}],"n":"12","c":null,"d":true,"o":{"n":"1","o":{"a":"x,y"}},"n":5})";
  case nginx:
  case apache2: return R"(h - - [28/Feb/2013:12:00:00 +0900] "GET /a HTTP/1.1" 200 777 "-" "Opera \" 12")";
  case syslog: return R"(<165>1 2026-11-22T11:00:00Z h app 99 ID [a@1 k="v]\"]"][b x="y"] text)";
  case ltsv: return "ts:2026-11-22 15:00:00\tn:12\ta:b:c";
  case logfmt: return R"(ts=2026-11-22T15:00:00 n=12 msg="a \"b\" \n" bare)";
  case key_value: return R"(ts=2026-11-22T15:00:00 n=12 "a b"="c \"d\" \n" bare)";
  case cef: return R"(Nov 22 host CEF:0|A\|B|prod|1.0|100|it \\ is|5|src=10.0.0.1 msg=a b\=c http://x/?y=1 n=12 ts=1)";
  case leef: return "LEEF:2.0|V|P|1|id|x5E|ts=2026-11-22^n=12^a=b c";
  case klog: return "I1122 15:00:00.692994   28133 klog.go:70] text of it";
  case xml:
    return R"(<?xml version="1.0"?><Event at="2026-11-22T15:00:00Z"><n>12</n><n>x</n><b>true</b><o>t<a>1,2</a>&amp;</o><![CDATA[<]]></Event>)";
  case url: return "https://u:p@example.org:8080/a/b?q=1&q=%C3%A9+x&z#frag";
  case user_agent:
    return "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1 Version/17.1 Mobile/15E148 Safari/604.1";
  case csv: return R"(2026-11-22,"a ""b"" c",12)";
  case docker:
  case container: return R"({"log":"text \u00e9\n","stream":"stdout","attrs":{"n":"12"},"ts":"x","time":"2026-11-22T15:00:00.5Z"})";
  case cri: return "2026-11-22T15:00:00.123456789Z stderr P:a text 12";
  case regex:
  case grok:
  case none: break;
  }
  return "Nov 22 15:00:00 host prog[12]: text 12";
}

void damage(std::string& line, std::mt19937& random) {
  constexpr auto sharp = "\"\\[]{}:,= \t\0\xff\x80-+.eE0/<>9"sv;
  for (auto n = random() % 4 + 1; n > 0 && !line.empty(); --n) {
    const auto at = random() % line.size();
    switch (random() % 5) {
    case 0: line[at] = static_cast<char>(random()); break;
    case 1: line[at] = sharp[random() % sharp.size()]; break;
    case 2: line.erase(at, random() % 9 + 1); break;
    case 3: line.insert(at, line.substr(random() % line.size(), 7)); break;
    default: line.resize(at); break;
    }
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(hostile_lines)

// Goal: any bytes give a problem or valid fields. Method: valid lines, damaged at random, and noise.
BOOST_AUTO_TEST_CASE(any_bytes_give_a_problem_or_valid_fields) {
  auto random = std::mt19937{42};
  for (const auto& [name, format] : names_of(static_cast<line_format*>(nullptr))) {
    auto parser = make_parser(test::ruled_settings(format));
    BOOST_REQUIRE(parser);
    BOOST_TEST(test::run(**parser, valid_line(format)).text.substr(0, 8) != "problem:", name);
    for (int i = 0; i < 20000; ++i) {
      auto line = valid_line(format);
      damage(line, random);
      if (!test::run(**parser, line).valid) BOOST_TEST(false, name << ": " << line);
    }
    for (int i = 0; i < 3000; ++i) {
      auto line = std::string(random() % 80, '\0');
      for (auto& byte : line) byte = static_cast<char>(random());
      if (!test::run(**parser, line).valid) BOOST_TEST(false, name << ": " << line);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_valid_line_is_harmless) {
  for (const auto& [name, format] : names_of(static_cast<line_format*>(nullptr))) {
    auto parser = make_parser(test::ruled_settings(format));
    BOOST_REQUIRE(parser);
    const auto line = valid_line(format);
    for (std::size_t size = 0; size <= line.size(); ++size)
      BOOST_TEST(test::run(**parser, std::string_view{line}.substr(0, size)).valid, name);
  }
}

BOOST_AUTO_TEST_CASE(a_line_of_a_megabyte_is_just_longer) {
  const auto text = std::string(1 << 20, 'x');
  auto json = make_parser({.format = line_format::json});
  BOOST_TEST((test::run(**json, "{\"a\":\"" + text + "\"}").text == "a=\"" + text + "\""));
  auto plain = make_parser({});
  BOOST_TEST((test::run(**plain, text).text == "message=\"" + text + "\""));
  for (const auto& [name, format] : names_of(static_cast<line_format*>(nullptr))) {
    auto parser = make_parser(test::ruled_settings(format));
    for (const auto c : {'[', '"', '\\', ' ', ',', '{', '<', '='})
      BOOST_TEST(test::run(**parser, std::string(1 << 20, c)).valid, name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
