#include "actors/aggregators/held_copies.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

constexpr auto start = monotonic_time{1h};

auto copy_of(chunk_id id, const std::string& holder) -> chunk {
  auto c = chunk{};
  c.id = id;
  c.count = 2;
  c.copy_of = holder;
  return c;
}

auto records(const std::vector<held_copies::copy>& all) -> std::vector<record_number> {
  auto found = std::vector<record_number>{};
  for (const auto& c : all) found.push_back(c.at);
  return found;
}

using numbers = std::vector<record_number>;

} // namespace

BOOST_AUTO_TEST_SUITE(copies)

BOOST_AUTO_TEST_CASE(are_known_by_record_and_by_id_until_they_are_taken) {
  auto held = held_copies{};
  held.add(copy_of({1, 5}, "a"), 0, 10, start);
  held.add(copy_of({1, 6}, "b"), 0, 11, start);
  held.add(copy_of({1, 6}, "b"), 0, 12, start); // once more
  BOOST_TEST(held.has(10));
  BOOST_TEST(!held.has(12));
  BOOST_TEST(held.contains({1, 6}));
  BOOST_TEST(held.events() == 4U);
  BOOST_TEST(held.take(chunk_id{1, 5})->at == 10U);
  BOOST_TEST(!held.take(chunk_id{1, 5}));
  BOOST_TEST(!held.has(10));
  BOOST_TEST((held.holders() == std::vector<std::string>{"b"}));
}

BOOST_AUTO_TEST_CASE(go_by_ranges_by_holder_and_by_age) {
  auto held = held_copies{};
  for (std::uint64_t i = 1; i <= 6; ++i) held.add(copy_of({i % 2, i}, i < 4 ? "a" : "b"), 0, 20 - i, start + i * 1s);
  BOOST_TEST((records(held.take(id_range{1, 2, 3})) == numbers{17}));
  BOOST_TEST((records(held.take_of("b")) == numbers{14, 15, 16})); // in the order of the log
  BOOST_TEST((records(held.take_before(start + 2s)) == numbers{19}));
  BOOST_TEST(held.size() == 1U);
  BOOST_TEST(held.take_of("nobody").empty());
}

BOOST_AUTO_TEST_CASE(are_asked_for_in_turn_those_that_came_before) {
  auto held = held_copies{};
  for (std::uint64_t i = 1; i <= 9; i += 2) held.add(copy_of({1, i}, "a"), 0, i, i == 9 ? start + 1s : start);
  held.add(copy_of({1, 2}, "b"), 0, 2, start);
  const auto before = start + 500ms;
  using ranges = std::vector<id_range>;
  BOOST_TEST((held.ids_of("a", before, 2) == ranges{{1, 1, 1}, {1, 3, 3}}));
  BOOST_TEST((held.ids_of("a", before, 2) == ranges{{1, 5, 5}, {1, 7, 7}}));
  BOOST_TEST((held.ids_of("a", before, 9) == ranges{{1, 1, 1}, {1, 3, 3}, {1, 5, 5}, {1, 7, 7}}));
  held.add(copy_of({1, 4}, "a"), 0, 4, start);
  BOOST_TEST((held.ids_of("a", before, 9) == ranges{{1, 1, 1}, {1, 3, 5}, {1, 7, 7}}));
}

BOOST_AUTO_TEST_SUITE_END()
