#include "actors/sinks/sql/ledger_plan.hpp"

#include "tests/support/store_contract.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto chunk_of(std::uint64_t sequence, std::uint64_t begin, std::uint64_t end) -> chunk_ptr {
  return test::at_positions(test::make_chunk({{"a", test::entry_of(1, "x") + test::entry_of(2, "y"), 2}}, sequence), begin, end);
}

/// As the ledger has it once the plan's rows are in.
auto with(ledger_view view, const ledger_plan& plan) -> ledger_view {
  for (const auto& [of, span] : plan.rows) view[of.key()].push_back(span);
  return view;
}

auto plan_of(std::vector<chunk_ptr> chunks, const ledger_view& known = {}) { return plan_commit(chunks, known); }

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_plans)

BOOST_AUTO_TEST_CASE(what_nobody_has_is_new) {
  const auto plan = plan_of({chunk_of(1, 0, 20), chunk_of(2, 20, 40)});
  BOOST_TEST(plan.fresh.size() == 2U);
  BOOST_TEST((plan.fresh[0].has_value() && plan.fresh[1].has_value()));
  BOOST_TEST(plan.rows.size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_chunk_that_comes_again_is_known_by_its_id) {
  const auto c = chunk_of(1, 0, 20);
  const auto view = with({}, plan_of({c}));
  const auto again = plan_of({c}, view);
  BOOST_TEST(!again.has_fresh());
  BOOST_TEST(again.rows.empty());
}

BOOST_AUTO_TEST_CASE(twice_in_one_commit_it_is_stored_once) {
  const auto c = chunk_of(1, 0, 20);
  const auto plan = plan_of({c, c});
  BOOST_TEST((plan.fresh[0].has_value() && !plan.fresh[1].has_value()));
}

BOOST_AUTO_TEST_CASE(events_that_came_in_another_chunk_are_known_by_their_positions) {
  const auto view = with({}, plan_of({chunk_of(1, 0, 20)}));
  auto other = std::make_shared<chunk>(*chunk_of(1, 10, 30));
  other->id = {7, 1};
  const auto plan = plan_of({other}, view);
  BOOST_REQUIRE(plan.fresh[0].has_value());
  BOOST_TEST((*plan.fresh[0] == std::vector<index_range>{{1, 2}}));
}

BOOST_AUTO_TEST_CASE(rows_have_no_position_in_common) {
  const auto view = with({}, plan_of({chunk_of(1, 0, 20)}));
  auto other = std::make_shared<chunk>(*chunk_of(1, 10, 30));
  other->id = {7, 1};
  auto positions = std::vector<ledger_span>{};
  for (const auto& [of, span] : plan_of({other}, view).rows)
    if (of.kind == 'p') positions.push_back(span);
  BOOST_TEST((positions == std::vector<ledger_span>{{20, 30}}));
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_over_says_so_once) {
  auto last = std::make_shared<chunk>(*chunk_of(1, 0, 20));
  last->positions.push_back({"s", 20, end_of_stream});
  const auto plan = plan_of({last});
  const auto is_end = [](const auto& row) { return row.second == ledger_span{-1, -1}; };
  BOOST_TEST(std::count_if(plan.rows.begin(), plan.rows.end(), is_end) == 1);
  auto again = std::make_shared<chunk>(*last);
  again->id.sequence = 2;
  const auto later = plan_of({again}, with({}, plan));
  BOOST_TEST(std::none_of(later.rows.begin(), later.rows.end(), is_end));
}

BOOST_AUTO_TEST_CASE(names_of_rows_are_plain_and_read_back) {
  const auto odd = std::string{"a'\\%\0\xff b;drop table", 20};
  const auto text = text_for_row(odd);
  BOOST_TEST(text.find_first_of("'\\; ") == std::string::npos);
  BOOST_TEST(name_of_row(text) == odd);
  BOOST_TEST(text_for_row("edge-1/collector/logs") == "edge-1/collector/logs");
}

BOOST_AUTO_TEST_CASE(streams_of_other_kinds_and_owners_have_other_keys) {
  const auto key = [](char kind, const char* owner, const char* stream) { return ledger_stream{kind, owner, stream}.key().text; };
  BOOST_TEST(key('p', "a", "s").size() == 32U);
  BOOST_TEST(key('p', "a", "s") != key('s', "a", "s"));
  BOOST_TEST(key('p', "a", "s") != key('p', "b", "s"));
  BOOST_TEST(key('p', "a", "s") == key('p', "a", "s"));
}

BOOST_AUTO_TEST_SUITE_END()
