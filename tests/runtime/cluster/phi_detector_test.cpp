#include "runtime/cluster/phi_detector.hpp"

#include "tests/simulation/seeded.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto start = monotonic_time{1h};

} // namespace

BOOST_AUTO_TEST_SUITE(phi_detectors)

BOOST_AUTO_TEST_CASE(that_heard_nothing_yet_go_by_what_is_expected) {
  const auto d = phi_detector{start, 1s};
  BOOST_TEST(d.phi(start) < 0.1);
  BOOST_TEST(d.phi(start + 2s) < 3);
  BOOST_TEST(d.phi(start + 5s) > 12);
}

BOOST_AUTO_TEST_CASE(do_not_suspect_clockwork_that_comes_late_for_once) {
  auto d = phi_detector{start, 1s};
  auto now = start;
  for (auto i = 0; i < 200; ++i) d.heard(now += 1s);
  BOOST_TEST(d.phi(now + 1050ms) < 1);
  BOOST_TEST(d.phi(now + 2s) < 3);
  BOOST_TEST(d.phi(now + 5s) > 12);
  BOOST_TEST((d.silent_for(now + 5s) == 5s));
}

BOOST_AUTO_TEST_CASE(do_not_suspect_jitter) {
  auto d = phi_detector{start, 1s};
  auto random = seeded{1};
  auto now = start;
  auto most = 0.0;
  for (auto i = 0; i < 2000; ++i) {
    const auto next = now + random.time_between(500ms, 1500ms);
    most = std::max(most, d.phi(next));
    d.heard(now = next);
  }
  BOOST_TEST(most < 2);
  BOOST_TEST(d.phi(now + 5s) > 12);
}

BOOST_AUTO_TEST_CASE(do_not_take_the_pace_of_data_for_that_of_pulses) {
  auto d = phi_detector{start, 1s};
  auto now = start;
  for (auto i = 0; i < 1000; ++i) d.heard(now += 1ms);
  BOOST_TEST(d.phi(now + 1500ms) < 2);
}

BOOST_AUTO_TEST_CASE(learn_that_a_peer_is_slow_but_not_from_one_outage) {
  auto slow = phi_detector{start, 1s};
  auto now = start;
  for (auto i = 0; i < 64; ++i) slow.heard(now += 3s);
  BOOST_TEST(slow.phi(now + 4s) < 3);
  auto once = phi_detector{start, 1s};
  now = start;
  for (auto i = 0; i < 64; ++i) once.heard(now += 1s);
  once.heard(now += 1h);
  BOOST_TEST(once.phi(now + 5s) > 8);
}

BOOST_AUTO_TEST_CASE(rise_without_an_end_and_without_a_step) {
  const auto d = phi_detector{start, 1s};
  auto last = 0.0;
  for (auto t = duration{0}; t < 60s; t += 10ms) {
    const auto phi = d.phi(start + t);
    BOOST_TEST_REQUIRE(std::isfinite(phi));
    BOOST_TEST_REQUIRE(phi >= last);
    BOOST_TEST_REQUIRE(phi - last < 2);
    last = phi;
  }
  BOOST_TEST(std::isfinite(d.phi(start + 24h * 365)));
  BOOST_TEST(d.phi(start - 1h) < 0.1);
}

BOOST_AUTO_TEST_SUITE_END()
