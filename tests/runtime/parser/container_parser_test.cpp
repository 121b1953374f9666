#include "tests/support/parse_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::literals;

BOOST_AUTO_TEST_SUITE(container_parser)

namespace {

auto parsed(line_format format, const std::string& line) -> std::string {
  auto settings = parser_settings{};
  settings.format = format;
  auto parser = make_parser(settings);
  BOOST_TEST_REQUIRE(static_cast<bool>(parser));
  const auto out = test::run(**parser, line);
  BOOST_TEST(out.valid, line);
  return out.text + (out.has_time ? " @" + std::to_string(out.time_ns) : ""s);
}

struct line_case {
  line_format format;
  std::string line;
  std::string wanted;
};

const auto docker_line = R"({"log":"served\n","stream":"stdout","time":"2026-11-22T15:00:00.5Z"})"s;
const auto cri_line = "2026-11-22T15:00:00.5Z stderr F served"s;
constexpr auto time_text = " @1795359600500000000";

} // namespace

BOOST_AUTO_TEST_CASE(lines_of_container_engines_are_their_text_stream_and_time) {
  using enum line_format;
  const auto cases = std::vector<line_case>{
      {docker, docker_line, "log=\"served\" stream=\"stdout\""s + time_text},
      {docker, R"({"log":"16 KiB","stream":"stderr","time":"2026-11-22T15:00:00.5Z"})",
       "log=\"16 KiB\" stream=\"stderr\" partial=true"s + time_text},
      {docker, R"({"log":"\n","stream":"stdout","attrs":{"tag":"web"},"time":"2026-11-22T15:00:00.5Z"})",
       R"(log="" stream="stdout" attrs={"tag":"web"})"s + time_text},
      {docker, R"({"log":"a\nb\n\n","stream":"stdout"})", "log=\"a\nb\n\" stream=\"stdout\""},
      {docker, R"({"stream":"stdout"})", "problem: the line has no text in \"log\""},
      {docker, R"({"log":7})", "problem: the line has no text in \"log\""},
      {docker, R"({"log":"x\n","partial":false})", "problem: the line is none of the json-file log of Docker"},
      {cri, cri_line, "stream=\"stderr\" log=\"served\""s + time_text},
      {cri, "2026-11-22T16:00:00.5+01:00 stdout P half ", "stream=\"stdout\" log=\"half \" partial=true"s + time_text},
      {cri, "2026-11-22T15:00:00.5Z stdout F:x:y  two", "stream=\"stdout\" log=\" two\""s + time_text},
      {cri, "2026-11-22T15:00:00.5Z stdout F ", "stream=\"stdout\" log=\"\""s + time_text},
      {cri, "2026-11-22T15:00:00.5Z stdout F", "stream=\"stdout\" log=\"\""s + time_text},
      {cri, "2026-11-22T15:00:00.5Z stdin F x", "problem: the line does not begin with a time, stdout or stderr, and P or F"},
      {cri, "", "problem: the line does not begin with a time, stdout or stderr, and P or F"},
      {container, docker_line, "log=\"served\" stream=\"stdout\""s + time_text},
      {container, cri_line, "stream=\"stderr\" log=\"served\""s + time_text},
  };
  for (const auto& c : cases) BOOST_TEST(parsed(c.format, c.line) == c.wanted, c.line);
}

BOOST_AUTO_TEST_CASE(a_time_that_is_none_stays_and_is_told) {
  auto settings = parser_settings{};
  settings.format = line_format::cri;
  auto parser = make_parser(settings);
  const auto out = test::run(**parser, "yesterday stdout F x");
  BOOST_TEST(out.text == R"(time="yesterday" stream="stdout" log="x")");
  BOOST_TEST(!out.unread_time.empty());
}

BOOST_AUTO_TEST_SUITE_END()
