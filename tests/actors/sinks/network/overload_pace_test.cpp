#include "actors/sinks/network/overload_pace.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

constexpr auto begun = monotonic_time{} + 1h;
constexpr auto most = ~std::uint64_t{0};

} // namespace

BOOST_AUTO_TEST_SUITE(overload_paces)

BOOST_AUTO_TEST_CASE(half_as_much_after_each_overload_and_a_step_more_after_each_full_share) {
  auto pace = overload_pace{{.min = 10, .max = 100, .step = 7}};
  BOOST_TEST(pace.permits() == 100U);
  pace.overloaded(100, begun, {}, most);
  BOOST_TEST(pace.permits() == 50U);
  pace.overloaded(20, begun, {}, most); // it was less than it might have been
  BOOST_TEST(pace.permits() == 10U);
  pace.overloaded(10, begun, {}, most);
  BOOST_TEST(pace.permits() == 10U);
  pace.worked(4);
  BOOST_TEST(pace.permits() == 10U);
  for (auto i = 0; i < 20; ++i) pace.worked(pace.permits());
  BOOST_TEST(pace.permits() == 100U);
}

BOOST_AUTO_TEST_CASE(pauses_grow_and_are_as_long_as_the_store_asks_for) {
  auto pace = overload_pace{{.min = 1, .max = 8}, {100ms, 1s}};
  BOOST_TEST((pace.wait(begun) == 0ns));
  pace.overloaded(8, begun, {}, most);
  const auto first = pace.wait(begun);
  BOOST_TEST((first > 0ns && first <= 100ms));
  BOOST_TEST((pace.wait(begun + first) == 0ns));
  for (auto i = 0; i < 10; ++i) pace.overloaded(8, begun, {}, most);
  BOOST_TEST((pace.wait(begun) > 500ms && pace.wait(begun) <= 1s));
  BOOST_TEST(pace.failures() == 11U);
  pace.overloaded(8, begun, 30s, most);
  BOOST_TEST((pace.wait(begun) == 30s));
  pace.worked(1);
  BOOST_TEST(pace.failures() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_never_taken_is_never_sent_again) {
  auto pace = overload_pace{{.min = 10, .max = 100, .step = 50}};
  pace.limit(40);
  for (auto i = 0; i < 5; ++i) pace.worked(pace.permits());
  BOOST_TEST(pace.permits() == 40U);
  pace.limit(3);
  pace.overloaded(3, begun, {}, most);
  BOOST_TEST(pace.permits() == 3U);
  pace.limit(0);
  BOOST_TEST(pace.permits() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
