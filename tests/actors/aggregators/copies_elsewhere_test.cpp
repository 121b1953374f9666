#include "actors/aggregators/copies_elsewhere.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

const auto second = std::string{"core-2/destination_aggregator/core"};
const auto third = std::string{"core-3/destination_aggregator/core"};

/// What core-1 knows of the others.
struct elsewhere_bench {
  copies_elsewhere others{"core-1/destination_aggregator/core"};
  monotonic_time now{1h};

  void there(const std::vector<sender_links::receiver>& all) { others.on_peers(all, now); }
  void ask(const std::string& who, std::uint64_t as, std::vector<id_range> ids, bool begins = true, record_number old = 0) {
    others.on_question({1, std::move(ids), who, begins}, as, old, now);
  }
  /// Rounds of one question a second.
  void ask_for(duration how_long, const std::string& who, std::uint64_t as, const std::vector<id_range>& ids) {
    for (const auto end = now + how_long; now < end; now += 1s) ask(who, as, ids);
  }
  auto with(std::uint64_t sequence) const { return others.nodes_with({7, sequence}); }
};

using names = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(copies_of_others, elsewhere_bench)

BOOST_AUTO_TEST_CASE(are_what_they_ask_about_in_this_round_and_the_last) {
  ask(second, 9, {{7, 1, 2}});
  ask(second, 9, {{7, 5, 6}}, false);
  BOOST_TEST((with(1) == names{"core-2"}));
  BOOST_TEST((with(6) == names{"core-2"}));
  BOOST_TEST(with(3).empty());
  ask(second, 9, {{7, 2, 2}});
  BOOST_TEST((with(1) == names{"core-2"})); // it may be in a later part
  BOOST_TEST((with(6) == names{"core-2"}));
  ask(second, 9, {{7, 2, 2}});
  BOOST_TEST(with(1).empty());
  BOOST_TEST((with(2) == names{"core-2"}));
}

BOOST_AUTO_TEST_CASE(count_by_node_and_not_on_this_one) {
  ask("core-1/destination_aggregator/core/1", 3, {{7, 1, 1}});
  BOOST_TEST(with(1).empty());
  ask(second + "/0", 9, {{7, 1, 1}});
  ask(second + "/1", 10, {{7, 1, 1}});
  ask(third, 11, {{7, 1, 1}});
  BOOST_TEST((with(1) == names{"core-2", "core-3"}));
  BOOST_TEST(others.count_nodes_with({7, 1}) == 2U);
}

BOOST_AUTO_TEST_CASE(are_forgotten_when_their_keeper_goes) {
  there({{5, second}});
  ask(second, 9, {{7, 1, 1}});
  others.on_down(9, now); // its questions came by another connection
  BOOST_TEST(with(1).empty());
  BOOST_TEST(others.losses() == 1U);
  BOOST_TEST(others.lost() == second);
  ask(second, 10, {{7, 1, 1}});
  there({{6, second}}); // another process
  BOOST_TEST(with(1).empty());
  ask(second, 10, {{7, 1, 1}});
  there({});
  BOOST_TEST(with(1).empty());
  others.note_had(second, {7, 1}); // too late
  BOOST_TEST(with(1).empty());
}

BOOST_AUTO_TEST_CASE(are_gone_when_nobody_asks_any_more) {
  there({{5, second}});
  others.note_had(second, {7, 3});
  ask_for(5s, second, 9, {{7, 1, 1}});
  now += 11s;
  others.forget_silent(now);
  BOOST_TEST(with(1).empty());
  BOOST_TEST((with(3) == names{"core-2"})); // what it has acked it has
  BOOST_TEST(others.losses() == 0U);
}

BOOST_AUTO_TEST_CASE(are_in_doubt_until_they_are_told_or_it_had_time_to) {
  BOOST_TEST(!others.is_in_doubt(now));
  there({{5, second}});
  BOOST_TEST(others.is_in_doubt(now));
  ask(second, 9, {{7, 1, 9}});
  BOOST_TEST(others.is_in_doubt(now));
  ask(second, 9, {{7, 1, 9}}); // that was all
  BOOST_TEST(!others.is_in_doubt(now));
  there({});
  BOOST_TEST(others.is_in_doubt(now + 9s));
  BOOST_TEST(!others.is_in_doubt(now + 10s));
}

BOOST_AUTO_TEST_CASE(are_in_doubt_while_a_long_round_goes_on) {
  there({{5, second}});
  for (std::uint64_t n = 0; n < 60; ++n, now += 1s) {
    ask(second, 9, {{7, n, n}}, n == 0);
    BOOST_TEST(others.is_in_doubt(now));
  }
  now += 20s; // it stopped
  BOOST_TEST(!others.is_in_doubt(now));
}

BOOST_AUTO_TEST_CASE(of_one_that_comes_and_goes_are_not_waited_for_without_end) {
  there({{5, second}});
  for (std::uint64_t n = 0; n < 5; ++n, now += 2s) there({{6 + n, second}});
  BOOST_TEST(!others.is_in_doubt(now));
}

BOOST_AUTO_TEST_CASE(are_judged_up_to_where_the_last_round_began) {
  BOOST_TEST(others.told_up_to(50, now) == 50U); // nobody has any
  ask(second, 9, {{7, 1, 1}}, true, 10);
  ask(second, 9, {{7, 2, 2}}, false, 20);
  ask(second, 9, {{7, 1, 1}}, true, 30);
  BOOST_TEST(others.told_up_to(50, now) == 10U);
  ask(second, 9, {{7, 1, 1}}, true, 40);
  BOOST_TEST(others.told_up_to(50, now) == 30U);
  BOOST_TEST(others.told_up_to(50, now + 6s) == 50U); // it is silent
}

BOOST_AUTO_TEST_SUITE_END()
