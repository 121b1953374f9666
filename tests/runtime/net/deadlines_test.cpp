#include "runtime/net/deadlines.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(deadlines)

BOOST_AUTO_TEST_CASE(come_by_their_time_and_then_as_they_were_added) {
  auto waiting = net::deadlines<int>{};
  BOOST_TEST(!waiting.next());
  BOOST_TEST(!waiting.take_first());
  const auto start = monotonic_time{} + 1h;
  waiting.add(start + 10s, 1);
  waiting.add(start + 5s, 2); // a short one behind a long one
  waiting.add(start + 5s, 3);
  BOOST_TEST((waiting.next() == start + 5s));
  BOOST_TEST(!waiting.take_due(start + 4s));
  BOOST_TEST(waiting.take_due(start + 5s).value() == 2);
  BOOST_TEST(waiting.take_due(start + 5s).value() == 3);
  BOOST_TEST(!waiting.take_due(start + 5s));
  BOOST_TEST(waiting.take_first().value() == 1);
}

BOOST_AUTO_TEST_CASE(are_forgotten_where_they_do_not_matter_any_more) {
  auto waiting = net::deadlines<int>{};
  for (auto i = 0; i < 5; ++i) waiting.add(monotonic_time{} + 1s, i);
  waiting.forget([](int i) { return i % 2 == 0; });
  BOOST_TEST(waiting.size() == 2U);
  BOOST_TEST(waiting.take_first().value() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
