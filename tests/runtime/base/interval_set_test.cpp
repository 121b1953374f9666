#include "runtime/base/interval_set.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>
#include <type_traits>
#include <vector>

using namespace weir;

namespace {

/// Numbers are written as what lies above `base`, of 64 that there are.
template <class Ends> struct both {
  std::uint64_t base = 0;
  interval_set<Ends> set = {};
  std::set<std::uint64_t> model = {};

  static constexpr auto is_closed = std::is_same_v<Ends, closed_ends>;
  auto has(std::uint64_t n) const -> bool { return model.contains(base + n); }
  auto interval_of(std::uint64_t first, std::uint64_t last) const -> interval {
    return {base + first, base + last + (is_closed ? 0 : 1)};
  }
  void insert(std::uint64_t first, std::uint64_t last) {
    set.insert(interval_of(first, last));
    for (auto n = first; n <= last; ++n) model.insert(base + n);
  }
  auto runs() const -> std::size_t {
    auto count = std::size_t{0};
    for (auto n = std::uint64_t{0}; n < 64; ++n) count += has(n) && (n == 0 || !has(n - 1));
    return count;
  }
  auto has_all(std::uint64_t first, std::uint64_t last) const -> bool {
    for (auto n = first; n <= last; ++n)
      if (!has(n)) return false;
    return true;
  }
  auto common(std::uint64_t first, std::uint64_t last) const -> std::vector<std::uint64_t> {
    auto numbers = std::vector<std::uint64_t>{};
    set.for_each_common(interval_of(first, last), [&](std::uint64_t begin, std::uint64_t end) {
      for (auto n = begin - base; n <= end - base - (is_closed ? 0 : 1); ++n) numbers.push_back(n);
    });
    return numbers;
  }
  auto expected_common(std::uint64_t first, std::uint64_t last) const -> std::vector<std::uint64_t> {
    auto numbers = std::vector<std::uint64_t>{};
    for (auto n = first; n <= last; ++n)
      if (has(n)) numbers.push_back(n);
    return numbers;
  }
};

template <class Ends> void compare(const both<Ends>& b) {
  BOOST_TEST_REQUIRE(b.set.size() == b.runs());
  for (auto first = std::uint64_t{0}; first < 64; ++first) {
    BOOST_TEST_REQUIRE(b.set.contains(b.base + first) == b.has(first));
    for (auto last = first; last < 64; ++last) {
      const auto expected = b.expected_common(first, last);
      BOOST_TEST_REQUIRE(b.common(first, last) == expected, boost::test_tools::per_element());
      BOOST_TEST_REQUIRE(b.set.touches(b.interval_of(first, last)) == !expected.empty());
      BOOST_TEST_REQUIRE((b.set.find(b.interval_of(first, last)) != nullptr) == b.has_all(first, last));
    }
  }
}

template <class Ends> void try_many(std::uint64_t base) {
  for (auto seed = 1U; seed <= 40; ++seed) {
    auto random = std::mt19937{seed};
    auto b = both<Ends>{base};
    for (auto step = 0; step < 24; ++step) {
      const auto first = random() % 64;
      b.insert(first, std::min<std::uint64_t>(63, first + random() % 6));
    }
    BOOST_TEST_CONTEXT("seed " << seed) compare(b);
  }
}

using intervals = std::vector<interval>;

template <class Ends> auto all_of(const interval_set<Ends>& set) -> intervals {
  auto all = intervals{};
  for (const auto& [begin, end] : set) all.push_back({begin, end});
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(interval_sets)

BOOST_AUTO_TEST_CASE(hold_what_a_plain_set_holds) {
  try_many<half_open_ends>(0);
  try_many<half_open_ends>(UINT64_MAX - 64); // the largest number is none of theirs
  try_many<closed_ends>(0);
  try_many<closed_ends>(UINT64_MAX - 63);
}

BOOST_AUTO_TEST_CASE(find_the_whole_interval) {
  auto set = interval_set<closed_ends>{};
  for (const auto& i : intervals{{1, 2}, {3, 5}, {9, 9}}) set.insert(i);
  BOOST_CHECK((all_of(set) == intervals{{1, 5}, {9, 9}}));
  BOOST_TEST(set.find(4)->first == 1U);
  BOOST_TEST(set.find({2, 4})->second == 5U);
  BOOST_TEST(set.find({4, 6}) == nullptr);
  set.erase_first();
  BOOST_CHECK((all_of(set) == intervals{{9, 9}}));
}

BOOST_AUTO_TEST_CASE(grow_where_the_numbers_begin_and_end) {
  auto set = interval_set<closed_ends>{};
  for (const auto& i : intervals{{0, 0}, {UINT64_MAX, UINT64_MAX}, {0, 3}, {UINT64_MAX - 3, UINT64_MAX - 1}}) set.insert(i);
  BOOST_CHECK((all_of(set) == intervals{{0, 3}, {UINT64_MAX - 3, UINT64_MAX}}));
  set.insert({0, UINT64_MAX});
  BOOST_CHECK((all_of(set) == intervals{{0, UINT64_MAX}}));
}

BOOST_AUTO_TEST_CASE(take_none_that_ends_before_it_begins) {
  auto set = interval_set<half_open_ends>{};
  for (const auto& i : intervals{{9, 3}, {4, 6}, {5, 0}}) set.insert(i);
  BOOST_CHECK((all_of(set) == intervals{{4, 6}}));
}

/// A file of which nothing was read yet is known all the same.
BOOST_AUTO_TEST_CASE(keep_an_empty_interval_where_it_stands_apart) {
  auto set = interval_set<half_open_ends>{};
  for (const auto& i : intervals{{5, 5}, {8, 8}, {8, 10}, {10, 10}}) set.insert(i);
  BOOST_CHECK((all_of(set) == intervals{{5, 5}, {8, 10}}));
  BOOST_TEST(!set.contains(5));
  BOOST_TEST(set.find({5, 5}) != nullptr);
  BOOST_TEST(set.find({4, 4}) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
