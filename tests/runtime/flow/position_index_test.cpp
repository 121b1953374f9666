#include "runtime/flow/position_index.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

const auto source = std::string{"n/collector/c"};
using ranges = std::vector<position_range>;

} // namespace

BOOST_AUTO_TEST_SUITE(position_indexes)

BOOST_AUTO_TEST_CASE(tell_the_known_parts_of_a_range) {
  auto index = position_index{};
  for (const auto& r : ranges{{"s", 10, 20}, {"s", 30, 40}, {"s", 40, 50}}) index.add(source, r);
  BOOST_CHECK((index.common(source, {"s", 0, 100}) == ranges{{"s", 10, 20}, {"s", 30, 50}}));
  BOOST_CHECK((index.common(source, {"s", 15, 31}) == ranges{{"s", 15, 20}, {"s", 30, 31}}));
  for (const auto& r : ranges{{"s", 0, 10}, {"s", 20, 30}, {"s", 50, 60}, {"t", 10, 20}}) {
    BOOST_TEST(index.common(source, r).empty());
    BOOST_TEST(!index.touches(source, r));
  }
  for (const auto& r : ranges{{"s", 0, 11}, {"s", 19, 30}, {"s", 12, 13}, {"s", 0, end_of_stream}})
    BOOST_TEST(index.touches(source, r));
  BOOST_TEST(!index.touches(source, {"s", 12, 12}));
  BOOST_TEST(!index.touches("n/collector/other", {"s", 10, 20}));
}

/// Such a range is in no chunk of ours, but positions come from other nodes and from disks.
BOOST_AUTO_TEST_CASE(take_no_range_that_ends_before_it_begins) {
  auto index = position_index{};
  index.add(source, {"s", 10, 5});
  index.add(source, {"s", 2, 4});
  BOOST_CHECK((index.of(source) == ranges{{"s", 2, 4}}));
  BOOST_TEST(!index.touches(source, {"s", 4, 20}));
}

BOOST_AUTO_TEST_CASE(forget_a_stream_that_is_over_or_tell_nobody_of_it) {
  auto forgets = position_index{};
  auto keeps = position_index{window_streams_max, 2};
  for (auto* index : {&forgets, &keeps}) {
    index->add(source, {"s", 0, 10});
    index->add(source, {"s", 10, end_of_stream});
    BOOST_TEST(index->of(source).empty());
  }
  BOOST_TEST(forgets.common(source, {"s", 0, 20}).empty());
  BOOST_CHECK((keeps.common(source, {"s", 0, 20}) == ranges{{"s", 0, 10}}));
  keeps.add(source, {"s", 10, 20}); // late
  BOOST_TEST(keeps.of(source).empty());
  BOOST_CHECK((keeps.common(source, {"s", 0, 20}) == ranges{{"s", 0, 20}}));
}

BOOST_AUTO_TEST_CASE(remember_the_latest_of_those_that_are_over_also_when_they_are_written_down) {
  auto index = position_index{window_streams_max, 2};
  for (const auto* name : {"c", "b", "a"}) {
    index.add(source, {name, 0, 10});
    index.add(source, {name, 10, end_of_stream});
    index.add(source, {name, 10, end_of_stream});
  }
  index.add(source, {"s", 5, 6});
  auto copy = position_index{window_streams_max, 2};
  index.for_each([&](const std::string& of, const position_range& r) { copy.add(of, r); });
  for (auto* one : {&index, &copy}) {
    BOOST_TEST(one->common(source, {"c", 0, 10}).empty());
    BOOST_TEST(one->touches(source, {"b", 0, 10}));
    one->add(source, {"late", 0, end_of_stream});
    BOOST_TEST(!one->touches(source, {"b", 0, 10}));
    BOOST_TEST(one->touches(source, {"a", 0, 10}));
    BOOST_CHECK((one->of(source) == ranges{{"s", 5, 6}}));
  }
}

/// What a client sends again to another collector is known.
BOOST_AUTO_TEST_CASE(know_of_every_collector_what_is_none_of_them) {
  auto index = position_index{};
  index.add("n/collector/a", {"~*f2:00", 0, 3});
  index.add("n/collector/a", {"~f2:00", 0, 3});
  BOOST_TEST(index.touches("n/collector/b", {"~*f2:00", 0, 1}));
  BOOST_TEST(!index.touches("n/collector/b", {"~f2:00", 0, 1}));
  auto other = position_index{}; // as a ledger writes it down
  index.for_each([&](const std::string& source, const position_range& p) { other.add(source, p); });
  BOOST_TEST(other.touches("n/collector/c", {"~*f2:00", 2, 3}));
}

BOOST_AUTO_TEST_CASE(remember_more_of_what_is_no_collectors) {
  auto index = position_index{2};
  for (auto i = 0; i < 10; ++i) index.add("n/collector/a", {"~*f2:" + std::to_string(i), 0, 1});
  BOOST_TEST(!index.touches("n/collector/a", {"~*f2:1", 0, 1}));
  BOOST_TEST(index.touches("n/collector/a", {"~*f2:2", 0, 1}));
}

BOOST_AUTO_TEST_SUITE_END()
