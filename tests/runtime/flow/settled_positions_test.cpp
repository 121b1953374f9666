#include "runtime/flow/settled_positions.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

using ranges = std::vector<position_range>;

} // namespace

BOOST_AUTO_TEST_SUITE(settled_positions_of_a_collector)

BOOST_AUTO_TEST_CASE(are_told_once_and_put_together) {
  auto all = settled_positions{};
  all.add(1, {{"a", 0, 10}, {"b", 0, 3}});
  all.add(2, {{"a", 10, 20}});
  all.add(3, {{"a", 20, 30}});
  all.settle_below(3);
  BOOST_TEST((all.take_news(10) == ranges{{"a", 0, 20}, {"b", 0, 3}}));
  BOOST_TEST(all.take_news(10).empty());
  all.settle_below(4);
  BOOST_TEST((all.take_news(10) == ranges{{"a", 20, 30}}));
}

BOOST_AUTO_TEST_CASE(leave_out_what_nobody_reads_again) {
  auto all = settled_positions{};
  all.add(1, {{"!connection", 0, 10}, {"~message", 0, 3}});
  all.settle_below(2);
  BOOST_TEST(all.take_news(10).empty());
}

BOOST_AUTO_TEST_CASE(keep_the_end_of_a_stream_behind_what_it_has) {
  auto all = settled_positions{};
  all.add(1, {{"a", 0, 10}});
  all.add(2, {{"a", 10, end_of_stream}});
  all.settle_below(3);
  BOOST_TEST((all.take_news(10) == ranges{{"a", 0, 10}, {"a", 10, end_of_stream}}));
}

/// However many streams there are, each has its turn.
BOOST_AUTO_TEST_CASE(take_turns_when_there_are_more_than_a_chunk_has_room_for) {
  auto all = settled_positions{};
  auto told = std::vector<std::string>{};
  for (auto n = std::uint64_t{1}; n <= 4; ++n) {
    all.add(n, {{"a", 10 * n, 10 * n + 1}, {"b", 10 * n, 10 * n + 1}, {"c", 10 * n, 10 * n + 1}});
    all.settle_below(n + 1);
    told.push_back(all.take_news(1).front().stream);
  }
  BOOST_TEST((told == std::vector<std::string>{"a", "b", "c", "a"}));
}

/// A sink that is away for long costs no more memory, and later the same is told.
BOOST_AUTO_TEST_CASE(are_bounded_while_nothing_is_settled) {
  auto all = settled_positions{};
  constexpr auto chunks = std::uint64_t{100'000};
  for (auto n = std::uint64_t{1}; n <= chunks; ++n) all.add(n, {{"a", n - 1, n}});
  BOOST_TEST(all.stretches() <= 1024U);
  all.settle_below(chunks / 2);
  const auto half = all.take_news(10);
  BOOST_REQUIRE(half.size() == 1U);
  BOOST_TEST(half.front().end < chunks / 2);
  BOOST_TEST(half.front().end > chunks / 4);
  all.settle_below(chunks + 1);
  const auto rest = all.take_news(10);
  BOOST_REQUIRE(rest.size() == 1U);
  BOOST_TEST(rest.front().begin == half.front().end);
  BOOST_TEST(rest.front().end == chunks);
}

BOOST_AUTO_TEST_SUITE_END()
