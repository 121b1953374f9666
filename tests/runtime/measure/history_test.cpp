/// What is kept of how figures were: which step tells what, how much it takes, and how two nodes' go together.
#include "runtime/measure/history.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <random>

using namespace weir;

namespace {

using enum measure_kind;
using numbers = std::vector<std::optional<double>>;
using points = std::vector<packed_ring::point>;

constexpr auto noon = std::int64_t{1'700'000'040}; // a whole minute

auto counted(std::uint64_t value) -> std::map<std::string, reading> {
  return {{"a.events_in", {counter, measure_unit::events, value}}};
}
auto held(std::uint64_t value) -> std::map<std::string, reading> {
  return {{"a.events_held", {gauge, measure_unit::events, value}}};
}

auto row(const history& of, const std::string& name, std::int64_t ago, std::int64_t step) -> numbers {
  const auto slice = of.read({name}, ago, step);
  const auto at = slice.rows.find(name);
  return at == slice.rows.end() ? numbers{} : at->second.numbers;
}

} // namespace

BOOST_AUTO_TEST_SUITE(history_of_figures)

BOOST_AUTO_TEST_CASE(a_ring_gives_back_what_it_was_given) {
  auto random = std::mt19937_64{7};
  auto ring = packed_ring{1000};
  auto all = points{};
  for (auto i = 0; i < 5000; ++i) {
    const auto width = random() % 65;
    auto value = packed_ring::point{width == 0 ? 0 : random() >> (64 - width)};
    if (random() % 5 == 0) value.reset();
    ring.add(value);
    all.push_back(value);
  }
  BOOST_TEST((ring.last(1000) == points(all.end() - 1000, all.end())));
  BOOST_TEST((ring.last(3) == points(all.end() - 3, all.end())));
  BOOST_TEST(ring.size() < 1000 + 2 * packed_ring::points_of_block);
}

BOOST_AUTO_TEST_CASE(the_extremes_have_a_code) {
  auto ring = packed_ring{10};
  const auto all = points{0, UINT64_MAX, 0, std::uint64_t{1} << 62, {}, 5};
  for (const auto& p : all) ring.add(p);
  BOOST_TEST((ring.last(all.size()) == all));
  BOOST_TEST((packed_ring{3}.last(2) == points(2)));
}

BOOST_AUTO_TEST_CASE(the_finest_step_that_reaches_so_far_back_tells) {
  auto of = history{};
  for (std::int64_t s = 0; s <= 700; ++s) of.add(noon + s, counted(static_cast<std::uint64_t>(s) * 10));
  BOOST_TEST(of.read({"a.events_in"}, 600, 0).step == 1);
  BOOST_TEST(of.read({"a.events_in"}, 601, 0).step == 10);
  BOOST_TEST(of.read({"a.events_in"}, 21'601, 0).step == 60);
  BOOST_TEST(of.read({"a.events_in"}, 60, 10).step == 10);
  BOOST_TEST((row(of, "a.events_in", 3, 0) == numbers{6970, 6980, 6990}));
  BOOST_TEST((row(of, "a.events_in", 20, 10) == numbers{6890, 6990}));
  BOOST_TEST(of.read({"a.events_in"}, 20, 10).from == noon + 680);
}

BOOST_AUTO_TEST_CASE(a_rate_is_told_of_counters_alone_and_never_negative) {
  auto of = history{};
  const auto values = {100, 150, 150, 20, 30, 30}; // it began anew
  auto s = std::int64_t{0};
  for (const auto v : values) of.add(noon + s++, counted(static_cast<std::uint64_t>(v)));
  BOOST_TEST((row(of, "a.events_in_per_second", 5, 0) == numbers{std::nullopt, 50, 0, std::nullopt, 10}));
  of.add(noon + s++, held(1));
  BOOST_TEST(row(of, "a.events_held_per_second", 5, 0).empty());
}

BOOST_AUTO_TEST_CASE(a_coarse_step_tells_the_greatest_of_what_is_no_counter) {
  auto of = history{};
  for (std::int64_t s = 0; s <= 20; ++s) of.add(noon + s, held(s == 13 ? 99 : 1));
  BOOST_TEST((row(of, "a.events_held", 20, 10) == numbers{1, 99}));
}

BOOST_AUTO_TEST_CASE(what_was_not_seen_is_missing) {
  auto of = history{};
  of.add(noon, counted(1));
  of.add(noon + 3, counted(4));
  of.add(noon + 4, {});
  of.add(noon + 5, counted(6));
  of.add(noon + 5, counted(7)); // the same second again
  of.add(noon + 6, counted(8));
  BOOST_TEST((row(of, "a.events_in", 7, 0) == numbers{std::nullopt, 1, std::nullopt, std::nullopt, 4, std::nullopt, 6}));
  BOOST_TEST(row(of, "b.events_in", 7, 0).empty());
}

BOOST_AUTO_TEST_CASE(seconds_are_told_in_seconds) {
  auto of = history{};
  of.add(noon, {{"a.delay_seconds", {age, measure_unit::seconds, 1'500'000'000}}});
  of.add(noon + 1, {});
  BOOST_TEST((row(of, "a.delay_seconds", 1, 0) == numbers{1.5}));
}

// Goal: the bound holds for the worst that can come. Method: seven days of 200 series whose numbers differ by all bits.
BOOST_AUTO_TEST_CASE(two_hundred_series_of_seven_days_stay_below_32_mib_whatever_they_tell) {
  auto random = std::mt19937_64{3};
  auto of = history{};
  auto now = std::map<std::string, reading>{};
  for (auto i = 0; i < 200; ++i) now["component-" + std::to_string(i) + ".events_in"] = {};
  const auto run = [&](std::int64_t from, std::int64_t to, std::int64_t step) {
    for (auto s = from; s < to; s += step) {
      for (auto& [name, r] : now) r.value = random();
      of.add(noon + s, now);
    }
  };
  const auto week = std::int64_t{7 * 24 * 3600};
  run(0, week - 6 * 3600, 60);
  run(week - 6 * 3600, week - 700, 10);
  run(week - 700, week, 1);
  BOOST_TEST(of.bytes() < history::bytes_max);
  const auto minutes = of.read({"component-7.events_in"}, week, 60).rows.begin()->second.numbers;
  BOOST_TEST(minutes.size() == 10'080U);
  BOOST_TEST(std::count(minutes.begin(), minutes.end(), std::nullopt) < 3);
}

BOOST_AUTO_TEST_CASE(more_series_than_fit_shorten_the_oldest_minutes) {
  auto random = std::mt19937_64{3};
  auto of = history{};
  auto now = std::map<std::string, reading>{};
  for (auto i = 0; i < 400; ++i) now["component-" + std::to_string(i) + ".events_in"] = {};
  for (std::int64_t m = 0; m < 10'000; ++m) {
    for (auto& [name, r] : now) r.value = random();
    of.add(noon + m * 60, now);
  }
  BOOST_TEST(of.bytes() < history::bytes_max + (std::size_t{1} << 20));
  const auto day = row(of, "component-7.events_in", 24 * 3600, 60);
  BOOST_TEST(std::count(day.begin(), day.end(), std::nullopt) == 0);
}

BOOST_AUTO_TEST_CASE(two_nodes_add_up_where_their_clocks_say_the_same) {
  auto mine = history_slice{1, 100, 3, {{"a.events_in", {true, {1, 2, std::nullopt}}}, {"a.delay_seconds", {false, {5, 5, 5}}}}};
  const auto other = history_slice{
      1, 101, 3, {{"a.events_in", {true, {10, 20, 30}}}, {"a.delay_seconds", {false, {1, 9, 9}}}, {"b.events_in", {true, {7, 7, 7}}}}};
  mine.add(other);
  BOOST_TEST((mine.rows["a.events_in"].numbers == numbers{1, 12, 20}));
  BOOST_TEST((mine.rows["a.delay_seconds"].numbers == numbers{5, 5, 9}));
  BOOST_TEST((mine.rows["b.events_in"].numbers == numbers{std::nullopt, 7, 7}));
}

BOOST_AUTO_TEST_CASE(a_slice_is_read_as_it_was_written_and_nothing_else_is) {
  const auto of = history_slice{10, 1'700'000'000, 2, {{"a.x", {true, {0.25, std::nullopt}}}, {"a.y", {false, {1e20, -3}}}}};
  const auto text = encode_slice(of);
  const auto back = decode_slice(text);
  BOOST_REQUIRE(back);
  BOOST_TEST(encode_slice(*back) == text);
  for (std::size_t cut = 0; cut < text.size(); ++cut) (void)decode_slice(std::string_view{text}.substr(0, cut));
  for (const auto* wrong : {"", "2 1 1 1\n", "1 0 1 1\n", "1 1 1 99999999\n", "1 1 1 1\n+ a 1 2\n", "1 1 1 1\n? a 1\n", "1 1 1 1\n+ a x\n"})
    BOOST_TEST(!decode_slice(wrong), wrong);
}

BOOST_AUTO_TEST_SUITE_END()
