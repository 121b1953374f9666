#include "runtime/flow/id_memory.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

constexpr auto start_s = std::int64_t{1'700'000'000};

auto id_stream(std::uint64_t number, std::string_view kind = "~*f2:") -> std::string {
  auto digits = std::to_string(number);
  return std::string{kind} + std::string(32 - digits.size(), '0') + digits;
}

struct memory {
  id_memory ids;
  explicit memory(const retention& keep = {}) : ids(keep) {}

  void add(std::uint64_t number, std::int64_t at_s, std::uint64_t begin = 0, std::uint64_t end = 1) {
    ids.add("n/collector/c", {id_stream(number), begin, end}, start_s + at_s);
  }
  auto known(std::uint64_t number, const std::string& source = "n/collector/c", std::string_view kind = "~*f2:") const
      -> std::vector<position_range> {
    auto found = position_index{};
    ids.find(source, {id_stream(number, kind), 0, 100}, found);
    return found.common(source, {id_stream(number, kind), 0, 100});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(client_ids)

BOOST_AUTO_TEST_CASE(are_known_for_their_age_and_at_most_an_eighth_longer) {
  auto m = memory{};
  for (auto i = std::uint64_t{0}; i < 2 * 3600; ++i) m.add(i, static_cast<std::int64_t>(i));
  const auto last = std::uint64_t{2 * 3600 - 1};
  for (auto i = last - 3600; i <= last; ++i) BOOST_REQUIRE(m.known(i).size() == 1U);
  for (auto i = std::uint64_t{0}; i < last - 3600 - 450; ++i) BOOST_REQUIRE(m.known(i).empty());
  BOOST_TEST(m.ids.size() <= 3600U + 451U);
  BOOST_TEST(!m.ids.crowded_out_s());
  m.ids.forget(start_s + 4 * 3600);
  BOOST_TEST(m.ids.size() == 0U);
}

BOOST_AUTO_TEST_CASE(that_are_too_many_go_oldest_first_and_it_is_told_how_young_they_were) {
  auto m = memory{{.ids_max = 800}};
  for (auto i = std::uint64_t{0}; i < 1000; ++i) m.add(i, static_cast<std::int64_t>(i));
  BOOST_TEST(m.ids.size() <= 800U);
  BOOST_TEST(m.ids.size() >= 700U);
  BOOST_TEST(m.known(0).empty());
  BOOST_TEST(m.known(999).size() == 1U);
  BOOST_REQUIRE(m.ids.crowded_out_s());
  BOOST_TEST(*m.ids.crowded_out_s() == start_s + 199);
  BOOST_TEST(m.known(199).empty());
  BOOST_TEST(m.known(200).size() == 1U);
}

BOOST_AUTO_TEST_CASE(of_which_parts_came_are_known_in_parts) {
  auto m = memory{};
  m.add(1, 0, 0, 10);
  m.add(1, 1, 20, 30);
  BOOST_CHECK((m.known(1) == std::vector<position_range>{{id_stream(1), 0, 10}, {id_stream(1), 20, 30}}));
  m.add(1, 2, 10, 20);
  BOOST_CHECK((m.known(1) == std::vector<position_range>{{id_stream(1), 0, 30}}));
  BOOST_TEST(m.ids.size() == 1U);
  m.add(1, 3000, 30, 40); // in a later generation
  BOOST_CHECK((m.known(1) == std::vector<position_range>{{id_stream(1), 0, 40}}));
}

BOOST_AUTO_TEST_CASE(belong_to_everybody_or_to_their_collector) {
  auto m = memory{};
  m.add(1, 0);
  BOOST_TEST(m.known(1, "n/collector/other").size() == 1U);
  m.ids.add("n/collector/c", {id_stream(1, "~f2:"), 0, 1}, start_s);
  BOOST_TEST(m.known(1, "n/collector/c", "~f2:").size() == 1U);
  BOOST_TEST(m.known(1, "n/collector/other", "~f2:").empty());
  m.ids.add("n/collector/c", {"~other:no digest", 0, 1}, start_s);
  auto found = position_index{};
  m.ids.find("n/collector/c", {"~other:no digesT", 0, 1}, found);
  BOOST_TEST(found.streams() == 0U);
  m.ids.find("n/collector/c", {"~other:no digest", 0, 1}, found);
  BOOST_TEST(found.streams() == 1U);
}

BOOST_AUTO_TEST_CASE(are_written_and_read_whole_or_not_at_all) {
  auto m = memory{};
  for (auto i = std::uint64_t{0}; i < 1000; ++i) m.add(i, static_cast<std::int64_t>(3 * i), 0, i + 1);
  const auto bytes = m.ids.encode();
  auto read = memory{};
  BOOST_REQUIRE(read.ids.decode(bytes));
  BOOST_TEST(read.ids.size() == 1000U);
  for (auto i = std::uint64_t{0}; i < 1000; ++i) BOOST_REQUIRE(read.known(i) == m.known(i));
  read.ids.forget(start_s + 3 * 999 + 3601);
  BOOST_TEST(read.ids.size() == 0U);
  for (const auto size : {bytes.size() - 1, bytes.size() / 2, std::size_t{11}, std::size_t{3}}) {
    auto cut = memory{};
    BOOST_TEST(!cut.ids.decode(std::string_view{bytes}.substr(0, size)));
    BOOST_TEST(cut.ids.size() == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
