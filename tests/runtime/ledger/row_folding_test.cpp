#include "runtime/ledger/row_folding.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto missing(const position_range& range, const std::vector<position_range>& known) -> std::vector<position_range> {
  auto index = position_index{};
  for (const auto& p : known) index.add("c", p);
  return missing_parts("c", range, index);
}

} // namespace

BOOST_AUTO_TEST_SUITE(row_folding)

BOOST_AUTO_TEST_CASE(rows_that_overlap_or_touch_become_one_and_others_are_left_out) {
  const auto groups = joined(std::vector<ledger_row>{
      {0, 5, 1}, {5, 7, 9}, {6, 6, 2}, {9, 12, 3}, {20, 30, 4}, {20, 40, 3}, {25, 27, 8}, {41, 41, 1}, {41, 42, 1}});
  const auto wanted = std::vector<ledger_row>{{0, 7, 9}, {20, 40, 8}, {41, 42, 1}};
  BOOST_CHECK((groups == wanted));
  BOOST_TEST(joined({}).empty());
}

BOOST_AUTO_TEST_CASE(what_is_missing_of_a_range_overlaps_with_nothing_known) {
  using parts = std::vector<position_range>;
  BOOST_CHECK((missing({"s", 10, 20}, {}) == parts{{"s", 10, 20}}));
  BOOST_CHECK((missing({"s", 10, 20}, {{"s", 0, 10}, {"s", 20, 30}, {"t", 0, 90}}) == parts{{"s", 10, 20}}));
  BOOST_CHECK((missing({"s", 10, 20}, {{"s", 5, 12}, {"s", 14, 15}, {"s", 19, 30}}) == parts{{"s", 12, 14}, {"s", 15, 19}}));
  BOOST_CHECK((missing({"s", 10, 20}, {{"s", 0, 90}}) == parts{}));
  BOOST_CHECK((missing({"s", 10, 10}, {}) == parts{{"s", 10, 10}}));
  BOOST_CHECK((missing({"s", 10, 10}, {{"s", 0, 90}}) == parts{}));
}

BOOST_AUTO_TEST_CASE(joining_is_due_by_number_and_by_age_and_at_once_where_work_was_left) {
  auto s = fold_schedule{};
  BOOST_TEST(!s.is_due(1'000'000));
  s.note_rows(0, 50);
  s.note_rows(1, 100);
  s.note_rows(1, 150);
  BOOST_TEST(!s.is_due(100 + fold_schedule::age_max_s - 1));
  BOOST_TEST(s.is_due(100 + fold_schedule::age_max_s));
  s.done(true);
  BOOST_TEST(!s.is_due(1'000'000));
  s.note_rows(fold_schedule::rows_max, 200);
  BOOST_TEST(s.is_due(200));
  s.done(false);
  BOOST_TEST(s.is_due(200));
}

BOOST_AUTO_TEST_SUITE_END()
