#include "runtime/measure/histogram.hpp"

#include <boost/test/unit_test.hpp>

using weir::histogram;

BOOST_AUTO_TEST_SUITE(a_histogram)

BOOST_AUTO_TEST_CASE(has_steps_without_a_gap) {
  for (std::size_t step = 0; step + 1 < histogram::steps; ++step) {
    const auto end = histogram::end_of(step);
    BOOST_TEST(histogram::step_of(end - 1) == step);
    BOOST_TEST(histogram::step_of(end) == step + 1);
  }
  BOOST_TEST(histogram::step_of(0) == 0U);
  BOOST_TEST(histogram::step_of(UINT64_MAX) == histogram::steps - 1);
}

BOOST_AUTO_TEST_CASE(knows_a_value_to_a_fifth_of_it) {
  for (auto value = std::uint64_t{2000}; value < 3'000'000'000'000; value += value / 7) {
    auto h = histogram{};
    h.add(value);
    h.add(10 * value);
    const auto said = h.quantile(0.5);
    BOOST_TEST(said >= value);
    BOOST_TEST(static_cast<double>(said) <= 1.25 * static_cast<double>(value));
  }
}

BOOST_AUTO_TEST_CASE(tells_count_sum_and_quantiles) {
  auto h = histogram{};
  BOOST_TEST(h.quantile(0.99) == 0U);
  for (auto i = std::uint64_t{1}; i <= 100; ++i) h.add(i * 1'000'000);
  BOOST_TEST(h.count() == 100U);
  BOOST_TEST(h.sum() == 5'050'000'000U);
  BOOST_TEST(h.max() == 100'000'000U);
  BOOST_TEST(h.quantile(1) == 100'000'000U);
  BOOST_TEST(h.quantile(0.5) >= 50'000'000U);
  BOOST_TEST(h.quantile(0.5) < 62'500'000U);
}

BOOST_AUTO_TEST_SUITE_END()
