/// What is found on several nodes as one answer: order, cursors, bars.
#include "cli/tell/search_findings.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::cli;

namespace {

constexpr auto second = std::int64_t{1'000'000'000};
constexpr auto noon = std::int64_t{1'795'359'845} * second;

auto at(std::int64_t time, std::int64_t row, const std::string& node) -> found_event { return {{{time, row}, node}, "{}"}; }

auto places_of(const search_findings& found) -> std::string {
  auto text = std::string{};
  for (const auto& e : found.events) text += to_text(e.at) + ' ';
  return text;
}

auto is_before(const row_place& one, const row_place& bound) -> bool {
  return one.time_ns < bound.time_ns || (one.time_ns == bound.time_ns && one.row < bound.row);
}

} // namespace

BOOST_AUTO_TEST_SUITE(findings)

BOOST_AUTO_TEST_CASE(of_several_nodes_are_in_one_order_whose_cursor_each_understands) {
  auto all = search_findings{};
  for (const auto& e : {at(5, 1, "b"), at(5, 2, "a"), at(4, 9, "a"), at(5, 1, "a"), at(5, 2, "b")}) all.events.push_back(e);
  auto page = all;
  page.put_in_order(3);
  BOOST_TEST(places_of(page) == "5:2:b 5:1:b 5:2:a ");
  BOOST_TEST(page.has_more);
  const auto before = parse_event_place("5:2:a");
  BOOST_TEST_REQUIRE(bool{before});
  std::erase_if(all.events, [&](const auto& e) { return !is_before(e.at.at, bound_of(*before, e.at.node)); });
  all.put_in_order(3);
  BOOST_TEST(places_of(all) == "5:1:a 4:9:a ");
  BOOST_TEST(!all.has_more);
  for (const auto* bad : {"", "5", "5:", "5:1", "x:1:a", "5:1a:b"}) BOOST_TEST(!parse_event_place(bad), bad);
}

BOOST_AUTO_TEST_CASE(have_at_most_sixty_bars_that_cover_the_time_and_nothing_else) {
  for (const auto seconds : {std::int64_t{1}, std::int64_t{59}, std::int64_t{61}, std::int64_t{3600}, std::int64_t{86'400} * 400, std::int64_t{4'000'000'000}}) {
    const auto all = time_span{noon + 5, noon + seconds * second};
    if (all.to_ns < all.from_ns) continue;
    const auto bars = bar_plan::of(all);
    BOOST_TEST((bars.bars >= 1 && bars.bars <= 60), seconds);
    BOOST_TEST(bars.span_of(bars.bars - 1, all).from_ns == all.from_ns);
    BOOST_TEST(bars.span_of(0, all).to_ns == all.to_ns);
    for (std::size_t i = 1; i < bars.bars; ++i) BOOST_TEST(bars.span_of(i, all).to_ns == bars.span_of(i - 1, all).from_ns);
  }
  BOOST_TEST(bar_plan::of({}).bars == 0U);
  BOOST_TEST(bar_plan::of({5, 5}).bars == 0U);
}

BOOST_AUTO_TEST_CASE(are_handed_on_as_text_and_read_back) {
  auto found = search_findings{};
  found.times = {-5, 9};
  found.bars = {3, 4};
  found.events = {{{{7, -1}, "n"}, "{\"a b\": 1}"}};
  found.has_more = true;
  found.problems = {"it took too long"};
  const auto read = parse_findings(to_text(found), "core-1");
  BOOST_TEST_REQUIRE(bool{read});
  BOOST_TEST((read->times == found.times && read->bars == found.bars && read->has_more));
  BOOST_TEST(places_of(*read) == "7:-1:core-1 ");
  BOOST_TEST(read->events[0].json == found.events[0].json);
  BOOST_TEST(read->problems.at(0) == "core-1: it took too long");
  for (const auto* bad : {"x\n", "bar\n", "bar x\n", "bar -1\n", "row 1\n", "row 1 x {}\n", "times 1\n", "times 1 2 3\n"})
    BOOST_TEST(!parse_findings(bad, "n"), bad);
}

BOOST_AUTO_TEST_CASE(of_bars_that_one_lacks_there_are_none) {
  auto one = search_findings{};
  one.bars = {1, 2, 3};
  auto other = search_findings{};
  other.bars = {10, 20};
  one.add(other, true);
  BOOST_TEST((one.bars == std::vector<std::uint64_t>{11, 22}));
}

BOOST_AUTO_TEST_CASE(are_json_whatever_a_row_holds) {
  const auto json = [](const std::string& record, bool is_json) { return event_json({{noon, 1}, "t\xff", record, is_json}, {{noon, 1}, "n"}); };
  BOOST_TEST(json("{\"a\":1}", true).ends_with(", \"record\": {\"a\":1}}"));
  BOOST_TEST(json("{\"a\":1}", true).find("t\xff") == std::string::npos);
  BOOST_TEST(json("{\"a\":\"\xff\"}", true).find("\xff") == std::string::npos);
  BOOST_TEST(json("no \"json", false).find("\"text\": \"no \\\"json\"") != std::string::npos);
  BOOST_TEST(json("{\n}", true).find('\n') == std::string::npos);
  BOOST_TEST(json("{\"a\":\"" + std::string(1 << 20, 'x') + "\"}", true).size() < (std::size_t{70} << 10));
}

BOOST_AUTO_TEST_SUITE_END()
