#include "runtime/event/event_time.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

using namespace weir;

namespace {

constexpr auto second = std::int64_t{1'000'000'000};
constexpr auto then = 1'700'000'000 * second;

auto read(std::string_view text, time_unit unit = time_unit::by_magnitude) -> std::int64_t {
  return time_of_number(text, unit).value_or(-1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_time)

BOOST_AUTO_TEST_CASE(numbers_are_read_to_the_last_digit_however_they_are_written) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"1700000000", then},
      {"+1700000000", then},
      {"1700000000.123456789", then + 123'456'789},
      {"1700000000.1234567899999999999999999999999999999", then + 123'456'789},
      {"1.7e9", then},
      {"17E+08", then},
      {"1700000000123e-3", then + 123'000'000},
      {"0.0017e12", then},
      {"000001700000000.5", then + second / 2},
      {"0", 0},
      {"-0.0", 0},
      {"0.000000001", 1},
      {"0.0000000009", 0},
      {"1e-400", 0},
      {"4294967295.999999999", event_time_limit_ns - 1}};
  for (const auto& [text, ns] : cases) BOOST_TEST(read(text) == ns, text);
}

BOOST_AUTO_TEST_CASE(finer_units_are_known_by_their_magnitude) {
  BOOST_TEST(read("1700000000123") == then + 123'000'000);
  BOOST_TEST(read("1700000000123.5") == then + 123'500'000);
  BOOST_TEST(read("1700000000123456") == then + 123'456'000);
  BOOST_TEST(read("1700000000123456789") == then + 123'456'789); // no double has it
  BOOST_TEST(read("1.7e18") == then);
  BOOST_TEST(read("100000000000") == 100'000'000 * second);
  BOOST_TEST(read("99999999999") == -1); // the year 5138
}

BOOST_AUTO_TEST_CASE(a_unit_that_is_named_is_taken_at_its_word) {
  BOOST_TEST(read("1700000000123", time_unit::milliseconds) == then + 123'000'000);
  BOOST_TEST(read("86400000", time_unit::milliseconds) == 86400 * second);
  BOOST_TEST(read("1700000000123456", time_unit::microseconds) == then + 123'456'000);
  BOOST_TEST(read("86400", time_unit::nanoseconds) == 86400);
  BOOST_TEST(read("1700000000123", time_unit::seconds) == -1);
}

BOOST_AUTO_TEST_CASE(what_is_no_number_or_cannot_be_held_is_refused) {
  for (const auto* text : {"", "-", "+", ".", ".5", "1.", "1e", "1e+", "1x", " 1", "1 ", "0x10", "1_0", "nan",
                           "-1", "-0.5", "4294967296", "1e10", "5e9", "1e19", "1e400",
                           "99999999999999999999999999999999999999999999"})
    BOOST_TEST(read(text) == -1, text);
}

BOOST_AUTO_TEST_SUITE_END()
