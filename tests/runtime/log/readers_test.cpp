// Readers that come and go while a log is open.
#include "tests/runtime/log/log_fixture.hpp"

using namespace weir;
using namespace weir::test;

BOOST_FIXTURE_TEST_SUITE(readers, log_fixture)

BOOST_AUTO_TEST_CASE(a_new_reader_gets_all_that_the_log_holds_and_what_comes) {
  open();
  append_synced(1, 5);
  for (record_number n = 1; n <= 3; ++n) log->settle(0, n);
  BOOST_TEST(log->figures().unsettled_chunks == 2U);
  const auto late = log->add_reader("late", false);
  BOOST_TEST(late == 1U);
  BOOST_TEST(log->is_new(late));
  BOOST_TEST(log->figures().unsettled_chunks == 5U);
  append_synced(6, 6);
  BOOST_TEST(sequences(late) == range(1, 6), boost::test_tools::per_element());
  BOOST_TEST(sequences(0) == range(4, 6), boost::test_tools::per_element());
  drain(0, true);
  drain(late, true);
  BOOST_TEST(log->figures().unsettled_chunks == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_starts_now_gets_what_comes_also_after_a_kill) {
  open();
  append_synced(1, 5);
  auto settings = log_settings({"sink", "late"});
  BOOST_TEST(log->add_reader("late", true) == 1U);
  append_synced(6, 7);
  BOOST_TEST(sequences(1) == range(6, 7), boost::test_tools::per_element());
  files.crash(4711);
  open(settings);
  BOOST_TEST(sequences(1) == range(6, 7), boost::test_tools::per_element());
  BOOST_TEST(sequences(0) == range(1, 7), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reader_that_goes_holds_up_no_segment) {
  open(log_settings({"gone", "sink"}));
  append_synced(1, 200);
  drain(1, true);
  BOOST_TEST(log->figures().unsettled_chunks == 200U);
  BOOST_TEST(log->remove_reader(0, 150) == 150U);
  BOOST_TEST(log->readers() == 1U);
  BOOST_TEST(log->figures().unsettled_chunks == 0U);
  BOOST_TEST(log->settled_up_to(0) == 200U);
  append_synced(201, 400);
  drain(0, true);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  BOOST_TEST(log->figures().segments <= 2U);
}

BOOST_AUTO_TEST_CASE(what_was_dropped_or_is_gone_comes_to_no_new_reader) {
  open();
  append_synced(1, 100);
  BOOST_REQUIRE(log->append_dropped(*make_chunk(101)));
  sync();
  for (record_number n = 1; n <= 90; ++n) log->settle(0, n);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  const auto late = log->add_reader("late", false);
  const auto got = sequences(late);
  BOOST_TEST(got.back() == 100U);
  BOOST_TEST(got.size() < 100U); // the first segments are not there any more
  BOOST_TEST(log->figures().damaged_records == 0U);
  BOOST_TEST(log->figures().unsettled_chunks == got.size());
}

BOOST_AUTO_TEST_CASE(other_bounds_hold_from_now_on) {
  auto settings = log_settings();
  settings.bytes_max = 32768;
  open(settings);
  auto number = std::uint64_t{0};
  while (log->append(make_chunk(++number, 1000))) continue;
  settings.bytes_max *= 2;
  log->set(settings);
  BOOST_TEST(bool{log->append(make_chunk(number, 1000))});
}

BOOST_AUTO_TEST_SUITE_END()
