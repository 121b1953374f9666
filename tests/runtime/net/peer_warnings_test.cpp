#include "runtime/net/peer_warnings.hpp"

#include "tests/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

struct warned {
  manual_clock time;
  peer_warnings warnings{"fluent", time};
  captured_log log;

  void warn(int peer) { warnings.warn("broken", "10.0.0." + std::to_string(peer), "no message"); }
  auto lines() const -> std::ptrdiff_t {
    const auto text = log.text();
    return std::count(text.begin(), text.end(), '\n');
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(warnings_about_peers, warned)

BOOST_AUTO_TEST_CASE(come_once_in_ten_seconds_from_each) {
  for (auto i = 0; i < 5; ++i) warn(1), warn(2);
  BOOST_TEST(lines() == 2);
  time.advance(10s);
  warn(1);
  BOOST_TEST(lines() == 3);
}

BOOST_AUTO_TEST_CASE(are_few_a_minute_however_many_peers_and_the_rest_is_summed_up) {
  for (auto peer = 0; peer < 5000; ++peer) warn(peer);
  BOOST_TEST(lines() == 20);
  BOOST_TEST_REQUIRE(warnings.due().has_value());
  warnings.tell_left_out();
  BOOST_TEST(lines() == 20); // the minute is not over
  time.advance(1min);
  BOOST_TEST((*warnings.due() <= time.monotonic()));
  warnings.tell_left_out();
  BOOST_TEST(lines() == 21);
  BOOST_TEST(log.has("fluent: 4980 more warnings about peers were not told in the last minute"));
  BOOST_TEST(!warnings.due().has_value());
  warn(1);
  BOOST_TEST(lines() == 22);
}

BOOST_AUTO_TEST_CASE(of_a_minute_are_summed_up_before_those_of_the_next) {
  for (auto peer = 0; peer < 30; ++peer) warn(peer);
  time.advance(2min);
  warn(77);
  BOOST_TEST(lines() == 22);
  BOOST_TEST(log.text().find("10 more warnings") < log.text().rfind("no message"));
}

BOOST_AUTO_TEST_SUITE_END()
