#include "runtime/os/clock.hpp"
#include "tests/support/parse_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

constexpr auto noon = std::int64_t{1795348800}; // 2026-11-22 12:00:00 UTC

auto parse_syslog(std::string_view line, parser_settings settings = {}, std::int64_t now = noon)
    -> test::outcome {
  auto time = manual_clock{};
  time.set_wall_ns(now * 1'000'000'000);
  settings.format = line_format::syslog;
  auto parser = make_parser(settings, time);
  BOOST_REQUIRE(parser);
  return test::run(**parser, line);
}

} // namespace

BOOST_AUTO_TEST_SUITE(syslog)

BOOST_AUTO_TEST_CASE(both_standards_are_told_apart_per_line) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"<6>Nov 22 11:00:00 host prog[42]: hello: you",
       R"(pri=6 host="host" ident="prog" pid="42" message="hello: you")"},
      {"Nov 22 11:00:00 host sshd(pam_unix)[19939]: ok; ",
       R"x(host="host" ident="sshd(pam_unix)" pid="19939" message="ok; ")x"},
      {"Nov 22 11:00:00 host kernel: [ 1.5] usb", R"(host="host" ident="kernel" message="[ 1.5] usb")"},
      {"Nov 22 11:00:00 combo syslogd 1.4.1: restart.",
       R"(host="combo" ident="syslogd" message="1.4.1: restart.")"},
      {"Nov 22 11:00:00 combo -- root[2421]: ROOT LOGIN",
       R"(host="combo" ident="--" message="root[2421]: ROOT LOGIN")"},
      {"Nov 22 11:00:00 host last message repeated 3 times",
       R"(host="host" message="last message repeated 3 times")"},
      {"Nov 22 11:00:00 host prog[1]:", R"(host="host" ident="prog" pid="1" message="")"},
      {"<13>Nov 22 11:00:00 prog: no host", R"(pri=13 ident="prog" message="no host")"},
      {"2026-11-22T12:00:00.000000+01:00 host prog[7]: m", R"(host="host" ident="prog" pid="7" message="m")"},
      {"<34>1 2026-11-22T11:00:00.000Z h.example.com su - ID47 - \xef\xbb\xbf'su root' failed",
       R"(pri=34 host="h.example.com" ident="su" pid="-" msgid="ID47" extradata="-" message="'su root' failed")"},
      {R"(<165>1 2026-11-22T11:00:00Z h app 99 ID [a@1 k="v]\"]"][b x="y"] text)",
       R"(pri=165 host="h" ident="app" pid="99" msgid="ID" extradata="[a@1 k="v]\"]"][b x="y"]" message="text")"},
      {"1 2026-11-22T11:00:00Z h app 99 ID [x]",
       R"(host="h" ident="app" pid="99" msgid="ID" extradata="[x]" message="")"}};
  for (const auto& [line, fields] : cases) {
    const auto found = parse_syslog(line);
    BOOST_TEST(found.text == fields);
    BOOST_TEST(found.time_ns == (noon - 3600) * 1'000'000'000, line);
  }
}

BOOST_AUTO_TEST_CASE(times_are_taken_whole_as_devices_write_them) {
  const auto at = (noon - 3600) * 1'000'000'000; // 11:00:00 UTC
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"2026-11-22 11:00:00", 0},
      {"2026-11-22 11:00:00.25", 250},
      {"2026-11-22 11:00:00,250", 250},
      {"2026-11-22 11:00:00Z", 0},
      {"2026-11-22 12:00:00 +0100", 0},
      {"2026-11-22 11:00:00 UTC", 0},
      {"2026-11-22T12:00:00.250+01:00", 250},
      {"2026-11-22T12:00:00 +01:00", 0},
      {"2026 Nov 22 11:00:00", 0},
      {"2026 Nov 22 11:00:00.250", 250},
      {"Nov 22 2026 11:00:00", 0},
      {"Nov 22 11:00:00 2026", 0},
      {"Nov 22 11:00:00,250", 250},
      {"Nov 22 11:00:00.250 UTC", 250},
      {"Nov 22 12:00:00 CET", 0},
      {"Nov 22 12:00:00 2026 +0100", 0}};
  for (const auto& [time, ms] : cases)
    for (const auto* pri : {"", "<13>"}) {
      const auto found = parse_syslog(pri + std::string{time} + " host1 app: one");
      const auto number = *pri == '\0' ? std::string{} : std::string{"pri=13 "};
      BOOST_TEST(found.text == number + R"(host="host1" ident="app" message="one")", time);
      BOOST_TEST(found.time_ns == at + ms * 1'000'000, time);
    }
  BOOST_TEST(parse_syslog("<13>1 2026-11-22 11:00:00Z host1 app - - - three").text
             == R"(pri=13 host="host1" ident="app" pid="-" msgid="-" extradata="-" message="three")");
  BOOST_TEST(parse_syslog("Nov 22 11:00:00 UTC: %SYS-5-CONFIG_I: text").text
             == R"(ident="%SYS-5-CONFIG_I" message="text")");
}

BOOST_AUTO_TEST_CASE(tags_end_at_their_colon_also_without_a_blank) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"host app:msg", R"(host="host" ident="app" message="msg")"},
      {"host app:msg and more", R"(host="host" ident="app" message="msg and more")"},
      {"host app[12]:msg: x", R"(host="host" ident="app" pid="12" message="msg: x")"},
      {"host postfix/smtpd[12]:x", R"(host="host" ident="postfix/smtpd" pid="12" message="x")"},
      {"app:msg of no host", R"(ident="app" message="msg of no host")"},
      {"app[12]:msg of no host", R"(ident="app" pid="12" message="msg of no host")"},
      {"fe80::1 app: m", R"(host="fe80::1" ident="app" message="m")"},
      {"2001:db8::1 app:m", R"(host="2001:db8::1" ident="app" message="m")"},
      {"fe80:0:0:0:1:2:3:4 app: m", R"(host="fe80:0:0:0:1:2:3:4" ident="app" message="m")"},
      {"host http://a/b was asked", R"(host="host" ident="http://a/b" message="was asked")"},
      {"host app::m x", R"(host="host" ident="app::m" message="x")"},
      {R"(host C:\x y)", R"(host="host" ident="C:\x" message="y")"}};
  for (const auto& [rest, fields] : cases)
    BOOST_TEST(parse_syslog("Nov 22 11:00:00 " + std::string{rest}).text == fields);
}

BOOST_AUTO_TEST_CASE(network_devices_are_read_as_they_write) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"<189>45: *Nov 22 11:00:00.000 UTC: %SYS-5-CONFIG_I: m", R"(pri=189 ident="%SYS-5-CONFIG_I" message="m")"},
      {"<189>45: .Nov 22 11:00:00: %SYS-5-CONFIG_I: m", R"(pri=189 ident="%SYS-5-CONFIG_I" message="m")"},
      {"<189>45: router1: 000123: Nov 22 11:00:00.000: %SYS-5-X: m", R"(pri=189 host="router1" ident="%SYS-5-X" message="m")"},
      {"<189>: 2026 Nov 22 11:00:00 UTC: %ETHPORT-5-IF_UP: m", R"(pri=189 ident="%ETHPORT-5-IF_UP" message="m")"},
      {"<166>:Nov 22 11:00:00 UTC: %ASA-6-302013: m", R"(pri=166 ident="%ASA-6-302013" message="m")"},
      {"<166>Nov 22 2026 11:00:00: %ASA-6-302013: m", R"(pri=166 ident="%ASA-6-302013" message="m")"},
      {"<166>Nov 22 2026 11:00:00 asa1 : %ASA-6-302013: m", R"(pri=166 host="asa1" ident="%ASA-6-302013" message="m")"},
      {"<13>Nov 22 11:00:00 Message forwarded from aix1: sshd[12]: m", R"(pri=13 host="aix1" ident="sshd" pid="12" message="m")"}};
  for (const auto& [line, fields] : cases) {
    const auto found = parse_syslog(line);
    BOOST_TEST(found.text == fields);
    BOOST_TEST(found.time_ns == (noon - 3600) * 1'000'000'000, line);
  }
}

BOOST_AUTO_TEST_CASE(without_a_time_only_what_can_be_nothing_else_is_a_tag) {
  BOOST_TEST(parse_syslog("<166>%ASA-6-302013: m").text == R"(pri=166 ident="%ASA-6-302013" message="m")");
  BOOST_TEST(parse_syslog("<189>45: %SYS-5-X: m").text == R"(pri=189 ident="%SYS-5-X" message="m")");
  BOOST_TEST(parse_syslog("<13>app[12]: m").text == R"(pri=13 ident="app" pid="12" message="m")");
  BOOST_TEST(parse_syslog("<13>error: m").text == R"(pri=13 message="error: m")");
  BOOST_TEST(parse_syslog("<13>45: m").text == R"(pri=13 message="45: m")");
}

BOOST_AUTO_TEST_CASE(a_missing_time_is_no_time) {
  const auto nil = parse_syslog("<34>1 - - - - - -");
  BOOST_TEST(!nil.has_time);
  BOOST_TEST(nil.text == R"(pri=34 time="-" host="-" ident="-" pid="-" msgid="-" extradata="-" message="")");
  BOOST_TEST(parse_syslog("<34>just text").text == R"(pri=34 message="just text")");
}

BOOST_AUTO_TEST_CASE(the_year_is_the_latest_that_is_not_in_the_future) {
  struct row {
    std::string_view line;
    std::int64_t now, time;
  };
  const row rows[] = {
      {"Nov 23 11:59:59 h p: m", noon, noon + 86399},               // clocks that run ahead
      {"Nov 23 12:00:01 h p: m", noon, noon + 86401 - 365 * 86400}, // more than a day: last year
      {"Dec 31 23:59:59 h p: m", 1798761601, 1798761599},           // read on 1 January 2027
      {"Jan  1 00:00:00 h p: m", 1798761599, 1798761600},           // read on 31 December 2026
      {"Feb 29 00:00:00 h p: m", noon, 1709164800},                 // 2024
      {"Feb  3 2025 00:00:00.25 h p: m", noon, 1738540800}};
  for (const auto& r : rows)
    BOOST_TEST(parse_syslog(r.line, {}, r.now).time_ns / 1'000'000'000 == r.time, r.line);
}

BOOST_AUTO_TEST_CASE(a_time_without_zone_is_of_the_set_zone) {
  BOOST_TEST(parse_syslog("Nov 22 11:00:00 h p: m", {.time_zone = "Europe/Berlin"}).time_ns
             == (noon - 7200) * 1'000'000'000);
  BOOST_TEST(parse_syslog("Jul 22 11:00:00 h p: m", {.time_zone = "Europe/Berlin"}).time_ns
             == 1784710800'000000000);
}

BOOST_AUTO_TEST_CASE(other_lines_are_a_problem) {
  for (const auto* line :
       {"", "x", "hello world", "<1", "<>x", "<12345>x", "Nov 22 11:00:00", "Nov 99", "Nov 22 11",
        "2026-11-22T11:00:00Z", "2026-11-22 host app: m", "<34>1 2026-11-22 host app - - - m", "<34>1 2026-11-22T11:00:00Z h app",
        "<34>1 2026-11-22T11:00:00Z h app 1 ID [x", "<34>1 - - - - - [x\"]", "1 - h a p m -x"})
    BOOST_TEST(parse_syslog(line).text.substr(0, 8) == "problem:", line);
}

BOOST_AUTO_TEST_SUITE_END()
