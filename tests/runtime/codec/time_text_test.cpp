#include "runtime/codec/time_text.hpp"

#include <boost/test/unit_test.hpp>

#include <ctime>
#include <string>

using namespace weir;

namespace {

auto text_of(std::int64_t time_ns) -> std::string {
  auto text = std::string(time_text_bytes, '\0');
  write_time_text(text.data(), time_ns);
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(time_text)

BOOST_AUTO_TEST_CASE(known_times_have_their_known_text) {
  BOOST_TEST(text_of(0) == "1970-01-01T00:00:00.000000000Z");
  BOOST_TEST(text_of(-1) == "1969-12-31T23:59:59.999999999Z");
  BOOST_TEST(text_of(951'782'400'000'000'000) == "2000-02-29T00:00:00.000000000Z");
  BOOST_TEST(text_of(1'795'359'845'123'456'789) == "2026-11-22T15:04:05.123456789Z");
  BOOST_TEST(text_of(4'102'444'799'999'999'999) == "2099-12-31T23:59:59.999999999Z");
}

BOOST_AUTO_TEST_CASE(agrees_with_the_calendar_of_the_c_library) {
  for (auto second = std::int64_t{-3'000'000'000}; second < 9'000'000'000; second += 7'654'321) {
    const auto time = static_cast<std::time_t>(second);
    auto parts = std::tm{};
    gmtime_r(&time, &parts);
    char expected[64];
    const auto size = std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000000007Z", &parts);
    BOOST_REQUIRE_EQUAL(text_of(second * 1'000'000'000 + 7), std::string(expected, size));
  }
}

BOOST_AUTO_TEST_SUITE_END()
