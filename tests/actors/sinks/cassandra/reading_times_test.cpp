#include "actors/sinks/cassandra/reading_times.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;

namespace {

auto at_each(std::uint64_t first, std::uint64_t end, std::uint64_t apart, std::int64_t time) -> std::vector<timed_position> {
  auto made = std::vector<timed_position>{};
  for (auto p = first; p < end; p += apart) made.push_back({p, time + static_cast<std::int64_t>(p / 300), 0});
  return made;
}

void put_in_order(std::vector<known_times>& rows, std::vector<known_times> more) {
  for (auto& m : more) rows.insert(std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.first > m.first; }), std::move(m));
}

} // namespace

BOOST_AUTO_TEST_SUITE(times_of_reading)

BOOST_AUTO_TEST_CASE(what_is_read_first_holds_however_it_is_cut_later) {
  auto rows = std::vector<known_times>{};
  auto first = at_each(1000, 2000, 100, 50);
  put_in_order(rows, settle_times(first, rows));
  BOOST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows[0].first == 1000U);
  BOOST_TEST(rows[0].end == 1901U);
  auto around = at_each(500, 3000, 100, 7'000);
  put_in_order(rows, settle_times(around, rows));
  BOOST_REQUIRE(rows.size() == 3U);
  auto again = at_each(500, 3000, 50, 9'000'000);
  BOOST_TEST(settle_times(again, rows).size() > 0U); // what lies between the rows is new
  for (const auto& e : again) {
    if (e.position % 100 != 0) continue;
    const auto begun = e.position >= 1000 && e.position < 2000 ? 50 : 7'000;
    BOOST_TEST(e.time_ns == begun + static_cast<std::int64_t>(e.position / 300));
  }
}

BOOST_AUTO_TEST_CASE(events_of_one_position_have_one_time) {
  auto events = std::vector<timed_position>{{10, 1, 0}, {10, 2, 1}, {11, 3, 2}};
  BOOST_TEST(settle_times(events, {}).size() == 1U);
  BOOST_TEST(events[1].time_ns == 1);
  BOOST_TEST(events[2].time_ns == 3);
}

BOOST_AUTO_TEST_CASE(times_that_go_back_and_far_are_kept) {
  auto events = std::vector<timed_position>{{0, INT64_MAX, 0}, {5, INT64_MIN, 0}, {UINT64_MAX - 1, 0, 0}};
  const auto rows = settle_times(events, {});
  BOOST_REQUIRE(rows.size() == 1U);
  BOOST_TEST((time_at(rows[0].times, rows[0].first, 4) == INT64_MAX));
  BOOST_TEST((time_at(rows[0].times, rows[0].first, 5) == INT64_MIN));
  BOOST_TEST((time_at(rows[0].times, rows[0].first, UINT64_MAX - 1) == 0));
}

BOOST_AUTO_TEST_CASE(what_is_damaged_has_no_time) {
  BOOST_TEST(!time_at("\x80", 0, 1));
  BOOST_TEST(!time_at("", 0, 1));
  auto events = std::vector<timed_position>{{3, 42, 0}};
  BOOST_TEST(settle_times(events, std::vector<known_times>{{0, 10, "\xff"}}).empty());
  BOOST_TEST(events[0].time_ns == 42);
}

BOOST_AUTO_TEST_SUITE_END()
