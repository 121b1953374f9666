#include "runtime/flow/fan_out.hpp"
#include "tests/runtime/flow/chunks.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

using namespace weir;

namespace {

using ids = std::set<std::pair<std::uint64_t, std::uint64_t>>;

auto ids_of(const std::vector<id_range>& ranges) -> ids {
  auto all = ids{};
  for (const auto& r : ranges)
    for (auto sequence = r.first; sequence <= r.last; ++sequence) all.insert({r.origin, sequence});
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fan_outs)

BOOST_AUTO_TEST_CASE(tell_what_all_outlets_have_whatever_the_order) {
  for (auto seed = 0U; seed < 200; ++seed) {
    auto random = std::mt19937{seed};
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
    const auto outlets = 1 + below(6);
    auto flow = fan_out{std::vector<outlet_settings>(outlets)};
    auto has = std::vector<ids>(outlets);
    for (auto step = 0; step < 200; ++step) {
      const auto outlet = below(outlets);
      auto stored = std::vector<id_range>{};
      for (auto n = 1 + below(4); n > 0; --n) {
        const auto first = 1 + below(10);
        stored.push_back({1 + below(3), first, first + below(4)});
      }
      const auto told = ids_of(flow.settle(outlet, stored));
      const auto fresh = ids_of(stored);
      has[outlet].insert(fresh.begin(), fresh.end());
      for (const auto& id : fresh) {
        const auto everywhere =
            std::all_of(has.begin(), has.end(), [&](const ids& some) { return some.contains(id); });
        BOOST_TEST_REQUIRE(told.contains(id) == everywhere, "seed " << seed << ", step " << step);
      }
    }
  }
}

namespace {

auto outlet_for(const std::string& component) -> outlet_settings {
  auto settings = outlet_settings{};
  settings.component = component;
  return settings;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_outlet_that_comes_gets_what_comes_and_holds_up_no_word_of_what_was) {
  auto flow = fan_out{{outlet_for("a")}};
  flow.push(test::chunk_of({7, 1}, 100), {});
  auto passed = id_ranges{};
  passed.insert({7, 1, 1});
  flow.add(outlet_for("b"), passed);
  flow.push(test::chunk_of({7, 2}, 100), {});
  BOOST_TEST(flow.at(1).unacked_chunks() == 1U);
  BOOST_TEST(flow.release(flow.at(0).ack({{7, 1}, {7, 2}})).size() == 1U); // the second is b's, too
  BOOST_TEST(flow.settle(0, {{7, 1, 2}}).size() == 1U);
  BOOST_TEST(flow.settled_floor(7) == 2U);
  BOOST_TEST(flow.release(flow.at(1).ack({{7, 2}})).size() == 1U);
  BOOST_TEST(flow.unacked_chunks() == 0U);
}

BOOST_AUTO_TEST_CASE(an_outlet_that_is_retired_gets_nothing_new_and_what_it_lacks_is_free_once_it_is_gone) {
  auto flow = fan_out{{outlet_for("a"), outlet_for("b"), outlet_for("c")}};
  flow.push(test::chunk_of({7, 1}, 100), {});
  flow.retire(0);
  flow.push(test::chunk_of({7, 2}, 100), {});
  BOOST_TEST(flow.at(0).unacked_chunks() == 1U);
  for (const auto outlet : {1U, 2U}) {
    (void)flow.release(flow.at(outlet).ack({{7, 1}, {7, 2}}));
    (void)flow.settle(outlet, {{7, 1, 2}});
  }
  BOOST_TEST(flow.unacked_chunks() == 1U);
  BOOST_TEST(flow.settled_everywhere().empty());
  const auto freed = flow.remove(0);
  BOOST_TEST_REQUIRE(freed.size() == 1U);
  BOOST_TEST((freed.front().id == chunk_id{7, 1}));
  BOOST_TEST(flow.unacked_bytes() == 0U);
  BOOST_TEST((flow.settled_everywhere() == std::vector{id_range{7, 1, 2}}));
  BOOST_TEST(flow.find_any("c") == 1U); // those behind it moved up
  BOOST_TEST(flow.find_any("a") == flow.size());
}

BOOST_AUTO_TEST_CASE(forget_starts_of_collectors_of_which_nothing_came_for_long) {
  auto flow = fan_out{std::vector<outlet_settings>(1)};
  (void)flow.settle(0, {{7, 1, 3}, {8, 1, 3}});
  flow.forget(1000 - 50, 1000);
  flow.forget(1040 - 50, 1040);
  (void)flow.settle(0, {{8, 4, 4}});
  flow.forget(1051 - 50, 1051);
  BOOST_TEST(flow.settled_floor(7) == 1U);
  BOOST_TEST(flow.settled_floor(8) == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
