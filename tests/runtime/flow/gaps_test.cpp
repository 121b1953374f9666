#include "runtime/flow/gaps.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

using intervals = std::vector<interval>;

struct row {
  const char* what;
  std::uint64_t start;
  intervals known;
  std::uint64_t begin; ///< of the first gap
  intervals behind;    ///< the next one last
};

} // namespace

BOOST_AUTO_TEST_CASE(gaps_lie_between_what_is_known) {
  for (const auto& r : std::vector<row>{
           {"nothing is known", 7, {}, 7, {}},
           {"known from the start", 0, {{0, 10}}, 10, {}},
           {"two gaps", 0, {{5, 10}, {20, 30}}, 0, {{20, 30}, {5, 10}}},
           {"any order, overlapping and adjacent", 0, {{25, 30}, {0, 4}, {8, 9}, {3, 8}, {20, 26}}, 9, {{20, 30}}},
           {"across the start", 5, {{2, 8}, {12, 13}}, 8, {{12, 13}}},
           {"before the start", 50, {{2, 8}, {12, 13}}, 50, {}},
           {"empty, apart", 0, {{5, 5}, {9, 12}}, 0, {{9, 12}, {5, 5}}},
           {"empty, at the start", 5, {{5, 5}}, 5, {}},
           {"empty, at the end of another", 0, {{3, 5}, {5, 5}}, 0, {{3, 5}}},
           {"ends before it begins", 0, {{9, 3}, {12, 14}}, 0, {{12, 14}, {9, 9}}},
           {"to the end of all numbers", 0, {{3, UINT64_MAX}}, 0, {{3, UINT64_MAX}}},
       }) {
    const auto found = gaps_between(r.start, r.known);
    BOOST_TEST(found.begin == r.begin, r.what);
    BOOST_TEST((found.known == r.behind), r.what);
  }
}
