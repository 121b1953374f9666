#include "runtime/flow/id_ranges.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>

using namespace weir;

BOOST_AUTO_TEST_SUITE(id_range_sets)

BOOST_AUTO_TEST_CASE(hold_what_a_plain_set_holds) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    auto random = std::mt19937{seed};
    const auto below = [&](std::uint64_t n) { return random() % n; };
    const auto base = below(2) ? UINT64_MAX - 63 : std::uint64_t{0}; // both ends of the numbers
    auto ranges = id_ranges{};
    auto model = std::set<chunk_id>{};
    for (int step = 0; step < 60; ++step) {
      const auto origin = below(2);
      const auto first = base + below(64);
      const auto last =
          below(3) ? first : base + below(64); // now and then a range, maybe the wrong way round
      ranges.insert({origin, first, last});
      for (auto i = first; i <= last; ++i) {
        model.insert({origin, i});
        if (i == UINT64_MAX) break;
      }
      auto runs = std::size_t{0};
      for (const auto& id : model) runs += id.sequence == 0 || model.count({id.origin, id.sequence - 1}) == 0;
      BOOST_TEST_REQUIRE(ranges.size() == runs, "seed " << seed << " step " << step);
    }
    for (std::uint64_t i = 0; i < 64; ++i)
      for (std::uint64_t origin = 0; origin < 3; ++origin)
        BOOST_TEST_REQUIRE(ranges.contains({origin, base + i}) == (model.count({origin, base + i}) == 1),
                           "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(cost_one_range_for_a_gapless_sequence) {
  auto ranges = id_ranges{};
  for (std::uint64_t i = 1; i <= 100'000; i += 2) ranges.insert(chunk_id{7, i});
  BOOST_TEST(ranges.size() == 50'000U);
  for (std::uint64_t i = 2; i <= 100'000; i += 2) ranges.insert(chunk_id{7, i});
  BOOST_TEST(ranges.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
