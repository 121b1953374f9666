#include "runtime/event/event_time.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace weir;

namespace {

auto time_of(auto number, time_unit unit = time_unit::by_magnitude) -> std::int64_t {
  return time_of_number(number, unit).value_or(INT64_MIN);
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_times_of_numbers)

BOOST_AUTO_TEST_CASE(fractions_of_a_power_of_two_are_exact) {
  for (const auto second : {0, 1, 1'700'000'000, -1'700'000'000})
    for (const auto parts : {2, 4, 8, 64, 512})
      for (auto part = 0; part < parts; ++part)
        BOOST_TEST(time_of(second + static_cast<double>(part) / parts)
                   == second * 1'000'000'000LL + part * (1'000'000'000LL / parts)
                          + std::llround(std::fmod(1e9, parts) * part / parts));
  BOOST_TEST(time_of(1'700'000'000.25) == 1'700'000'000'250'000'000);
  BOOST_TEST(time_of(-0.75) == -750'000'000);
  BOOST_TEST(time_of(1.5F * 1.0) == 1'500'000'000);
}

BOOST_AUTO_TEST_CASE(the_unit_is_told_by_the_magnitude) {
  constexpr auto wanted = std::int64_t{1'700'000'000'000'000'000};
  for (auto unit = std::int64_t{1'000'000'000}; unit > 0; unit /= 1000) {
    const auto number = wanted / unit;
    BOOST_TEST(time_of(number) == wanted);
    BOOST_TEST(time_of(-number) == -wanted);
    BOOST_TEST(time_of(static_cast<double>(number)) == wanted);
  }
  BOOST_TEST(time_of(std::int64_t{1'700'000'000'123}) == 1'700'000'000'123'000'000);
  BOOST_TEST(time_of(1'700'000'000'123.5) == 1'700'000'000'123'500'000);
  BOOST_TEST(time_of(std::int64_t{99'999'999}) == 99'999'999'000'000'000);
  BOOST_TEST(time_of(std::int64_t{4'294'967'296}) == 4'294'967'296'000'000'000);
}

BOOST_AUTO_TEST_CASE(what_no_unit_makes_a_time_of_is_none) {
  for (const auto number : {std::int64_t{10'000'000'000}, std::int64_t{99'999'999'999},
                            std::int64_t{99'000'000'000'000}, std::int64_t{99'000'000'000'000'000}}) {
    BOOST_TEST(time_of(number) == INT64_MIN);
    BOOST_TEST(time_of(-static_cast<double>(number)) == INT64_MIN);
  }
  for (const auto number : {1e19, -1e300, std::nan(""), std::numeric_limits<double>::infinity()})
    BOOST_TEST(time_of(number) == INT64_MIN);
  BOOST_TEST(time_of(std::int64_t{1'700'000'000'123}, time_unit::seconds) == INT64_MIN);
  BOOST_TEST(time_of(1'700'000'000'123.0, time_unit::seconds) == INT64_MIN);
  BOOST_TEST(time_of(INT64_MAX) == INT64_MAX);
}

BOOST_AUTO_TEST_SUITE_END()
