#include "actors/sinks/syslog/message_writer.hpp"

#include "actors/sinks/syslog/words.hpp"
#include "tests/support/store_contract.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using test::map_of;
using test::record;
using test::scalar;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789};

auto message_of(const syslog_settings& s, const std::string& of, const std::string& tag = "web") -> std::string {
  auto writer = syslog_message_writer{s, "node-1", "sink"};
  writer.begin_tag(tag);
  auto out = byte_buffer{};
  if (!writer.append(out, noon, of)) return "refused at " + std::to_string(writer.bytes());
  return std::string{out.view()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(syslog_message_writer_cases)

BOOST_AUTO_TEST_CASE(an_event_is_a_message_with_what_it_says_of_itself) {
  auto s = syslog_settings{};
  BOOST_TEST(message_of(s, record("message", "hello world")) == "<14>1 2026-11-22T15:04:05.123456Z node-1 web - - - hello world");
  BOOST_TEST(message_of(s, record("n", 1)) == "<14>1 2026-11-22T15:04:05.123456Z node-1 web - - - {\"n\":1}");
  BOOST_TEST(message_of(s, record("level", "ERROR")).starts_with("<11>1 "));
  BOOST_TEST(message_of(s, record("level", "nonsense")).starts_with("<14>1 "));
  BOOST_TEST(message_of(s, record("host", "db 1")).find("Z db_1 web ") != std::string::npos);
  BOOST_TEST(message_of(s, record("pid", 77)).find(" web 77 - - ") != std::string::npos);
  s.facility = "local3";
  s.severity = "2";
  BOOST_TEST(message_of(s, record("n", 1)).starts_with("<154>1 "));
}

BOOST_AUTO_TEST_CASE(no_tag_and_no_field_breaks_the_header) {
  auto s = syslog_settings{};
  BOOST_TEST(message_of(s, record("n", 1), "a b\n<1>1 x").find(" node-1 a_b_<1>1_x - - - ") != std::string::npos);
  BOOST_TEST(message_of(s, record("n", 1), "").find(" node-1 - - - - ") != std::string::npos);
  BOOST_TEST(message_of(s, record("n", 1), std::string(100, 't')).find(' ' + std::string(48, 't') + ' ') != std::string::npos);
  s.structured_data = {{"key", "text"}};
  BOOST_TEST(message_of(s, record("text", "a\"]\\b")).find(" - - [fields@32473 key=\"a\\\"\\]\\\\b\"] {") != std::string::npos);
  BOOST_TEST(message_of(s, record("n", 1)).find(" - - - {") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_line_stays_one_where_lines_are_the_frames) {
  auto s = syslog_settings{};
  BOOST_TEST(message_of(s, record("message", "a\nb")).ends_with("a\nb"));
  s.framing = syslog_framing::line_feed;
  BOOST_TEST(message_of(s, record("message", "a\nb")).ends_with("a b"));
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_refused_or_cut_between_characters) {
  auto s = syslog_settings{};
  s.max_message.value = 100;
  const auto euros = record("message", "\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac");
  BOOST_TEST(message_of(s, euros) == "refused at 111");
  s.too_long = syslog_too_long::cut;
  const auto cut = message_of(s, euros);
  BOOST_TEST(cut.size() <= 100U);
  BOOST_TEST(cut.size() >= 98U);
  BOOST_TEST(cut.ends_with("\u20ac"));
}

BOOST_AUTO_TEST_CASE(words_of_people_and_loggers_are_numbers) {
  BOOST_TEST(*syslog_facility_of("kern") == 0U);
  BOOST_TEST(*syslog_facility_of("local7") == 23U);
  BOOST_TEST(*syslog_facility_of("17") == 17U);
  BOOST_TEST(!syslog_facility_of("24"));
  BOOST_TEST(!syslog_facility_of("Local7"));
  BOOST_TEST(*syslog_severity_of("Warning") == 4U);
  BOOST_TEST(*syslog_severity_of("FATAL") == 2U);
  BOOST_TEST(*syslog_severity_of("7") == 7U);
  BOOST_TEST(!syslog_severity_of("8"));
  BOOST_TEST(!syslog_severity_of(""));
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_message_are_refused) {
  const auto with = [](const std::string& key, config::value value) {
    return test::problems_of("syslog", map_of({{"endpoints", test::list({"a:514"})}, {key, std::move(value)}}));
  };
  BOOST_TEST(with("facility", scalar("local3")).empty());
  BOOST_TEST(with("facility", scalar("local9")).find("\"facility\" wants a name") != std::string::npos);
  BOOST_TEST(with("severity", scalar("loud")).find("\"severity\" wants") != std::string::npos);
  BOOST_TEST(with("app", scalar("{host}")).find("\"app\" has \"{host}\"") != std::string::npos);
  BOOST_TEST(with("max_message", scalar("10B")).find("480B to 16MiB") != std::string::npos);
  BOOST_TEST(with("structured_data", map_of({{"a b", scalar("x")}})).find("no name of structured data") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
