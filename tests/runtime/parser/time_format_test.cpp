#include "runtime/os/clock.hpp"
#include "runtime/parser/time_format.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ctime>
#include <random>

using namespace weir;

namespace {

constexpr auto second = std::int64_t{1'000'000'000};
constexpr auto day = 1795359600 * second; // 2026-11-22 15:00:00 UTC

auto read(std::string_view format, std::string_view text, std::string_view zone = "UTC")
    -> std::optional<std::int64_t> {
  auto found = time_zone::named(zone);
  BOOST_REQUIRE(found);
  const auto parser = time_parser::compile(format, *found, system_clock());
  BOOST_REQUIRE(parser);
  return parser->parse(text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(time_format)

BOOST_AUTO_TEST_CASE(iso8601_in_its_usual_forms) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"2026-11-22T15:00:00Z", day},
      {"2026-11-22t15:00:00z", day},
      {"2026-11-22 15:00:00", day},
      {"2026-11-22T15:00Z", day},
      {"2026-11-22T16:00:00+01:00", day},
      {"2026-11-22T16:00:00+0100", day},
      {"2026-11-22T16:00:00 +01", day},
      {"2026-11-22T05:30:00-09:30", day},
      {"2026-11-22T15:00:00 UTC", day},
      {"2026-11-22T15:00:00.1Z", day + 100'000'000},
      {"2026-11-22T15:00:00,123456Z", day + 123'456'000},
      {"2026-11-22T15:00:00.123456789123+00:00", day + 123'456'789},
      {"2026-11-22", day - 15 * 3600 * second},
      {"1970-01-01T00:00:00Z", 0},
      {"2106-02-07T06:28:15.999999999Z", 4'294'967'296 * second - 1},
      {"2016-12-31T23:59:60Z", 1483228800 * second}};
  for (const auto& [text, ns] : cases) BOOST_TEST((read("iso8601", text) == ns), text);
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"iso8601", ""},
                                                                 {"iso8601", "2026"},
                                                                 {"iso8601", "2026-13-01"},
                                                                 {"iso8601", "2026-02-29"},
                                                                 {"iso8601", "2026-11-22T"},
                                                                 {"iso8601", "2026-11-22T25:00:00"},
                                                                 {"iso8601", "2026-11-22T15:60:00"},
                                                                 {"iso8601", "2026-11-22T15:00:00."},
                                                                 {"iso8601", "2026-11-22T15:00:00Zx"},
                                                                 {"iso8601", "2026-11-22T15:00:00+25"},
                                                                 {"iso8601", "9999-01-01T00:00:00Z"},
                                                                 {"iso8601", "1969-12-31T23:59:59.5Z"},
                                                                 {"iso8601", "0001-01-01T00:00:00Z"},
                                                                 {"iso8601", "2106-02-07T06:28:16Z"},
                                                                 {"%Y-%m-%d %z", "1970-01-01 +0100"},
                                                                 {"%s", "4294967296"},
                                                                 {"iso8601", "1795359600"},
                                                                 {"unix", ""},
                                                                 {"unix", "-"},
                                                                 {"unix", "1."},
                                                                 {"unix", ".5"},
                                                                 {"unix", "-1"},
                                                                 {"unix", "99999999999"},
                                                                 {"unix", "1x"},
                                                                 {"unix_ms", "99999999999999999"},
                                                                 {"%Y-%m-%d", "2026-11"},
                                                                 {"%Y-%m-%d", "2026-11-22 "},
                                                                 {"%Y-%m-%d", "2026-02-30"},
                                                                 {"%Y %j", "2026 366"},
                                                                 {"%b %d %Y", "Foo 01 2026"},
                                                                 {"%Y-%m-%d %Z", "2026-11-22 XYZ"},
                                                                 {"", "soon"},
                                                                 {"syslog", "Nov 22"}};
  for (const auto& [format, text] : cases) BOOST_TEST(!read(format, text), text);
}

BOOST_AUTO_TEST_CASE(numbers_are_exact_to_the_nanosecond) {
  BOOST_TEST((read("unix", "1795359600") == day));
  BOOST_TEST((read("unix", "1795359600.123456789") == day + 123'456'789));
  BOOST_TEST((read("unix", "1.7953596e9") == day));
  BOOST_TEST((read("unix", "1795359600123") == day + 123'000'000)); // by its magnitude
  BOOST_TEST((read("unix", "1795359600123456789") == day + 123'456'789));
  BOOST_TEST((read("unix_us", "1795359600123456") == day + 123'456'000));
  BOOST_TEST((read("unix_ns", "1795359600123456789") == day + 123'456'789));
  BOOST_TEST((read("unix_ms", "1795359600123") == day + 123'000'000));
  BOOST_TEST((read("unix_ms", "1795359600123.456") == day + 123'456'000));
  BOOST_TEST((read("", "1795359600.25") == day + second / 4));
}

BOOST_AUTO_TEST_CASE(strptime_formats_of_all_sorts) {
  struct row {
    std::string_view format, text;
    std::int64_t ns;
  };
  const row rows[] = {{"%d/%b/%Y:%H:%M:%S %z", "22/Nov/2026:10:00:00 -0500", day},
                      {"%d/%b/%Y:%H:%M:%S %z", "22/nov/2026:15:00:00 Z", day},
                      {"%Y-%m-%d %H:%M:%S,%L", "2026-11-22 15:00:00,250", day + second / 4},
                      {"%Y-%m-%dT%H:%M:%S.%3N%:z", "2026-11-22T16:00:00.250+01:00", day + second / 4},
                      {"%Y-%m-%dT%H:%M:%S.%6N", "2026-11-22T15:00:00.250000", day + second / 4},
                      {"%Y-%m-%dT%H:%M:%S.%9N%z", "2026-11-22T15:00:00.000000001+0000", day + 1},
                      {"%F %T.%f", "2026-11-22 15:00:00.25", day + second / 4},
                      {"%D %R", "11/22/26 15:00", day},
                      {"%a %b %e %H:%M:%S %Y", "Sun Nov 22 15:00:00 2026", day},
                      {"%A, %d %B %Y %I:%M %p", "Sunday, 22 November 2026 03:00 PM", day},
                      {"%d.%m.%y %l:%M %p", "22.11.26  3:00 pm", day},
                      {"%Y.%j %H", "2026.326 15", day},
                      {"%s.%N", "1795359600.5", day + second / 2},
                      {"%Y%m%d%H%M%S", "20261122150000", day},
                      {"%Y-%m-%d %H:%M:%S %Z", "2026-11-22 10:00:00 EST", day},
                      {"%Y-%m-%d %H:%M:%S %Z", "2026-11-22 15:00:00 UTC", day},
                      {"%Y-%m-%d %H%%", "2026-11-22 15%", day}};
  for (const auto& r : rows) BOOST_TEST((read(r.format, r.text) == r.ns), r.text);
}

BOOST_AUTO_TEST_CASE(zones_are_right_across_changes_of_clocks) {
  struct row {
    std::string_view zone, text, utc;
  };
  const row rows[] = {{"+02:00", "2026-11-22 17:00:00", "2026-11-22 15:00:00"},
                      {"-0330", "2026-11-22 11:30:00", "2026-11-22 15:00:00"},
                      {"Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29 00:59:59"},
                      {"Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29 01:00:00"},
                      {"Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29 01:30:00"}, // does not exist
                      {"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 00:30:00"}, // the first of two
                      {"Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25 02:00:00"},
                      {"Europe/Berlin", "2060-07-01 12:00:00", "2060-07-01 10:00:00"}, // behind the table
                      {"Europe/Berlin", "2060-12-01 12:00:00", "2060-12-01 11:00:00"},
                      {"America/New_York", "2026-07-01 12:00:00", "2026-07-01 16:00:00"},
                      {"Asia/Kolkata", "2026-07-01 12:00:00", "2026-07-01 06:30:00"},
                      {"Australia/Lord_Howe", "2026-01-01 12:00:00", "2026-01-01 01:00:00"},
                      {"America/Sao_Paulo", "2050-01-01 12:00:00", "2050-01-01 15:00:00"}};
  for (const auto& r : rows)
    BOOST_TEST((read("iso8601", r.text, r.zone) == read("iso8601", r.utc)), r.zone << " " << r.text);
  BOOST_TEST((read("%Y-%m-%d %H:%M:%S %Z", "2026-07-01 12:00:00 IST", "Asia/Kolkata")
              == read("iso8601", "2026-07-01 06:30:00")));
}

// Goal: our reading of the zone database is the C library's. Method: random times, both ways.
BOOST_AUTO_TEST_CASE(zones_agree_with_the_c_library) {
  const auto* before = std::getenv("TZ");
  const auto saved = before == nullptr ? std::string{} : std::string{before};
  auto random = std::mt19937_64{7};
  for (const auto* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
                           "Asia/Tehran", "Europe/Dublin"}) {
    const auto zone = time_zone::named(name);
    BOOST_REQUIRE(zone);
    ::setenv("TZ", name, 1);
    ::tzset();
    for (int i = 0; i < 20000; ++i) {
      const auto utc = static_cast<std::time_t>(random() % 3'900'000'000U);
      auto civil = std::tm{};
      ::localtime_r(&utc, &civil);
      const auto found = zone->to_utc(utc + civil.tm_gmtoff);
      // A reading that occurs twice stands for the first of the two.
      const auto ambiguous = found < utc && utc - found <= 7200;
      if (found != utc && !ambiguous) BOOST_TEST(found == utc, name << " " << utc);
      auto again = std::tm{};
      const auto first = static_cast<std::time_t>(found);
      ::localtime_r(&first, &again);
      if (again.tm_hour != civil.tm_hour || again.tm_min != civil.tm_min)
        BOOST_TEST(false, name << " " << utc);
    }
  }
  if (before == nullptr)
    ::unsetenv("TZ");
  else
    ::setenv("TZ", saved.c_str(), 1);
  ::tzset();
}

BOOST_AUTO_TEST_CASE(a_damaged_zone_file_is_refused_or_harmless) {
  auto random = std::mt19937{3};
  auto bytes = std::string{"TZif2"} + std::string(39, '\0') + "TZif2" + std::string(39, '\0')
               + "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
  auto refused = 0;
  for (int i = 0; i < 20000; ++i) {
    auto damaged = bytes;
    for (int n = 0; n < 3; ++n) damaged[random() % damaged.size()] = static_cast<char>(random());
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    if (const auto zone = time_zone::from_tzif(damaged))
      zone->to_utc(1795359600);
    else
      ++refused;
  }
  BOOST_TEST(refused > 1000);
}

BOOST_AUTO_TEST_SUITE_END()
