#include "runtime/measure/bounded_counts.hpp"

#include <boost/test/unit_test.hpp>

using weir::bounded_counts;

BOOST_AUTO_TEST_SUITE(counts_by_name)

BOOST_AUTO_TEST_CASE(add_up) {
  auto counts = bounded_counts{};
  BOOST_TEST(counts.empty());
  counts.add("a", 2);
  counts.add("b", 1);
  counts.add("a", 3);
  BOOST_TEST(counts.of("a") == 5U);
  BOOST_TEST(counts.of("c") == 0U);
  BOOST_TEST(counts.all().at("b") == 1U);
  BOOST_TEST(counts.total() == 6U);
}

BOOST_AUTO_TEST_CASE(share_one_count_where_there_are_too_many_names) {
  auto counts = bounded_counts{};
  for (auto i = std::size_t{0}; i < bounded_counts::names_max + 50; ++i) counts.add("t" + std::to_string(i), 2);
  counts.add("t0", 1); // one that has a count of its own goes on
  const auto all = counts.all();
  BOOST_TEST(all.size() == bounded_counts::names_max + 1);
  BOOST_TEST(all.at("t0") == 3U);
  BOOST_TEST(counts.of(bounded_counts::rest) == 100U);
  auto sum = std::uint64_t{0};
  for (const auto& [name, count] : all) sum += count;
  BOOST_TEST(sum == counts.total());
}

BOOST_AUTO_TEST_CASE(move_from_one_name_to_another) {
  auto counts = bounded_counts{};
  counts.add("unparsed", 5);
  BOOST_TEST(counts.rename("unparsed", "lost", 3) == 3U);
  BOOST_TEST(counts.rename("unparsed", "lost", 3) == 2U);
  BOOST_TEST(counts.rename("nothing", "lost", 3) == 0U);
  BOOST_TEST(counts.of("unparsed") == 0U);
  BOOST_TEST(counts.of("lost") == 5U);
  BOOST_TEST(counts.total() == 5U);
  BOOST_TEST(!counts.contains("nothing"));
}

BOOST_AUTO_TEST_CASE(show_what_has_changed_since_they_were_shown) {
  auto counts = bounded_counts{};
  auto rows = weir::count_rows{};
  counts.add("b", 2);
  counts.add("a", 3);
  BOOST_TEST(rows.all().empty());
  counts.publish(rows);
  BOOST_TEST((rows.all() == weir::counts_by_name{{"a", 3}, {"b", 2}}));
  counts.add("c", 1);
  counts.rename("a", "b", 3);
  counts.publish(rows);
  BOOST_TEST((rows.all() == weir::counts_by_name{{"b", 5}, {"c", 1}})); // without those that are 0
}

BOOST_AUTO_TEST_SUITE_END()
