#include "actors/system/waiting_questions.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

/// The numbers of those that are answered when all up to `safe` is.
auto answered(waiting_questions<int>& all, std::uint64_t safe) -> std::vector<std::uint64_t> {
  auto ids = std::vector<std::uint64_t>{};
  all.answer([&](std::uint64_t mark) { return mark <= safe; },
             [&](const auto& q) { return ids.push_back(q.note.question), true; });
  return ids;
}

} // namespace

BOOST_AUTO_TEST_SUITE(waiting_questions_of_collectors)

BOOST_AUTO_TEST_CASE(keep_their_first_mark_however_often_they_are_asked_again) {
  auto all = waiting_questions<int>{};
  for (std::uint64_t mark = 5; mark < 10; ++mark) all.add({77, "edge/collector/in"}, 1, mark);
  BOOST_TEST(answered(all, 4).empty());
  BOOST_TEST((answered(all, 5) == std::vector<std::uint64_t>{77}));
  BOOST_TEST(all.empty());
}

BOOST_AUTO_TEST_CASE(are_replaced_by_a_later_one_of_the_same_collector) {
  auto all = waiting_questions<int>{};
  all.add({77, "edge/collector/in"}, 1, 5);
  all.add({78, "edge/collector/in"}, 2, 9);
  all.add({79, "edge/collector/other"}, 3, 5);
  BOOST_TEST((answered(all, 5) == std::vector<std::uint64_t>{79}));
  BOOST_TEST((answered(all, 9) == std::vector<std::uint64_t>{78}));
}

BOOST_AUTO_TEST_CASE(of_one_collector_are_apart_if_they_come_by_several_ways) {
  auto all = waiting_questions<int>{};
  all.add({77, "edge/collector/in", "a/source_aggregator/x/0", true}, 1, 5);
  all.add({77, "edge/collector/in", "a/source_aggregator/x/1", true}, 2, 5);
  BOOST_TEST((answered(all, 5) == std::vector<std::uint64_t>{77, 77}));
}

BOOST_AUTO_TEST_CASE(answer_whoever_asked_last) {
  auto all = waiting_questions<int>{};
  all.add({77, "edge/collector/in"}, 1, 5);
  all.add({77, "edge/collector/in"}, 2, 6);
  all.answer([](auto) { return true; },
             [](const auto& q) {
               BOOST_TEST(q.from == 2);
               return true;
             });
  BOOST_TEST(all.empty());
}

BOOST_AUTO_TEST_CASE(wait_on_while_they_cannot_be_answered) {
  auto all = waiting_questions<int>{};
  all.add({77, "edge/collector/in"}, 1, 5);
  all.answer([](auto) { return true; }, [](const auto&) { return false; });
  all.add({77, "edge/collector/in"}, 1, 50);
  BOOST_TEST((answered(all, 5) == std::vector<std::uint64_t>{77}));
}

BOOST_AUTO_TEST_SUITE_END()
