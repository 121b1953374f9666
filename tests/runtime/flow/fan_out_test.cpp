#include "runtime/flow/fan_out.hpp"

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

BOOST_AUTO_TEST_SUITE_END()
