#include "tests/support/parse_text.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace weir;

namespace {

/// Lines of a loghub file; none where the data set is not there.
auto lines_of(const std::string& name) -> std::vector<std::string> {
  auto lines = std::vector<std::string>{};
  auto file = std::ifstream{std::string{WEIR_SHARED_DATA} + "/loghub/" + name};
  for (auto line = std::string{}; std::getline(file, line);) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  if (lines.empty()) BOOST_TEST_MESSAGE("skipped: no " << name);
  return lines;
}

void check_all(const std::string& name, const parser_settings& settings) {
  auto parser = make_parser(settings);
  BOOST_REQUIRE(parser);
  for (const auto& line : lines_of(name)) {
    const auto found = test::run(**parser, line);
    BOOST_TEST(found.valid);
    BOOST_TEST(found.has_time, line);
    BOOST_TEST(found.text.substr(0, 8) != "problem:", line);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(real_logs)

BOOST_AUTO_TEST_CASE(every_syslog_line_parses_and_keeps_its_text) {
  auto parser = make_parser({.format = line_format::syslog});
  for (const auto* name : {"Linux_2k.log", "OpenSSH_2k.log"}) {
    check_all(name, {.format = line_format::syslog});
    for (const auto& line : lines_of(name)) {
      const auto text = test::run(**parser, line).text;
      const auto message = text.substr(text.find("message=\"") + 9);
      BOOST_TEST(line.find(message.substr(0, message.size() - 1)) != std::string::npos, line);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_apache_error_line_parses_by_regex) {
  check_all("Apache_2k.log", {.format = line_format::regex,
                              .expression = R"(^\[(?<time>[^\]]*)\] \[(?<level>\w+)\] (?<message>.*)$)",
                              .time_key = "time",
                              .time_format = "%a %b %d %H:%M:%S %Y"});
}

BOOST_AUTO_TEST_CASE(every_zookeeper_line_parses_by_regex) {
  check_all("Zookeeper_2k.log",
            {.format = line_format::regex,
             .expression = R"(^(?<time>\S+ \S+) - (?<level>\w+) +\[(?<where>.*?)\] - (?<message>.*)$)",
             .time_key = "time",
             .time_format = "%Y-%m-%d %H:%M:%S,%L",
             .time_zone = "America/Los_Angeles"});
}

BOOST_AUTO_TEST_SUITE_END()
