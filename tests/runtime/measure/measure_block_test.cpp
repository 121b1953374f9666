#include "runtime/measure/measure_block.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace weir;

namespace {

auto is_one_instant(const measure_block& block) -> bool {
  auto a = std::uint64_t{0};
  auto b = std::uint64_t{0};
  auto c = std::uint64_t{0};
  auto rows = counts_by_name{};
  auto tries = 0;
  block.read([&] {
    a = block.get(0);
    if (tries++ == 0) std::this_thread::yield(); // the owner goes on in the middle of it
    rows = block.list(0).all();
    c = block.get(19);
    b = block.get(9);
  });
  auto greatest = std::uint64_t{0};
  for (const auto& [name, count] : rows) greatest = std::max(greatest, count);
  return a == b + c && (rows.empty() || greatest == c);
}

} // namespace

BOOST_AUTO_TEST_SUITE(a_block_of_measures)

BOOST_AUTO_TEST_CASE(is_read_as_it_was_written) {
  auto block = measure_block{10, 1};
  block.publish([&] {
    for (std::size_t i = 0; i < 10; ++i) block.set(i, i + 100);
    block.list(0).add("filtered");
    block.list(0).set(0, 7);
  });
  for (std::size_t i = 0; i < 10; ++i) BOOST_TEST(block.get(i) == i + 100);
  BOOST_TEST((block.list(0).all() == counts_by_name{{"filtered", 7}}));
}

/// An account: a = b + c, and the greatest row is c. Whoever looks while the owner goes on sees it so.
BOOST_AUTO_TEST_CASE(shows_one_instant_while_its_owner_goes_on) {
  auto block = measure_block{20, 1}; // three lines of a cache
  auto rows = std::size_t{0};
  const auto write = [&](std::uint64_t n) {
    block.publish([&] {
      block.set(0, 3 * n);
      block.set(9, 2 * n);
      if (n % 100 == 0 && rows < 8) block.list(0).add("row " + std::to_string(rows++));
      if (rows > 0) block.list(0).set(rows - 1, n); // the others stay behind
      block.set(19, n);
    });
  };
  auto wrong = 0;
  auto is_over = std::atomic<bool>{false};
  auto reader = std::thread{[&] {
    for (auto i = 0; i < 5'000; ++i)
      if (!is_one_instant(block)) ++wrong;
    is_over = true;
  }};
  for (auto n = std::uint64_t{1}; !is_over; ++n, std::this_thread::yield()) write(n);
  reader.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(adds_rows_up_to_a_bound) {
  auto rows = count_rows{};
  for (std::size_t i = 0; i < count_rows::rows_max + 100; ++i) {
    rows.add("n" + std::to_string(i));
    rows.set(i, i + 1);
  }
  BOOST_TEST(rows.all().size() == count_rows::rows_max);
  BOOST_TEST(rows.all().at("n77") == 78U);
}

BOOST_AUTO_TEST_SUITE_END()
