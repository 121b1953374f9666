/// What of a chunk travels to whoever takes certain tags only.
#include "runtime/event/chunk_part.hpp"
#include "runtime/event/cuts.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

/// Sections a, b and c.d with 2, 3 and 1 events, of one byte each, born at 0, 10, 20, …
auto some_chunk() -> chunk_ptr {
  auto made = std::make_shared<chunk>();
  made->id = {7, 9};
  made->source = "n/collector/c";
  made->settled_below = 4;
  made->positions = {{"s", 0, 60}};
  auto body = byte_buffer{};
  auto cuts = cut_writer{};
  auto at = std::uint64_t{0};
  for (const auto& [tag, entries] : {std::pair{"a", "12"}, {"b", "345"}, {"c.d", "6"}}) {
    const auto count = static_cast<std::uint32_t>(std::string_view{entries}.size());
    auto born = births{};
    for (auto n = count; n > 0; --n, at += 10) born.add({at}, 1);
    cuts.begin_section(made->cuts);
    cuts.add(born.runs().front(), born.deltas_of(0), made->positions[0], 0);
    made->sections.push_back({tag, count, count, cuts.end_section()});
    made->count += count;
    body.append(entries);
  }
  made->timed_at_reading = {{1, 3}, {5, 6}};
  made->body = shared_bytes{std::move(body)};
  return made;
}

auto part_of_it(const std::vector<std::string>& patterns) -> chunk_ptr {
  return part_that_matches(some_chunk(), *tag_pattern::parse(patterns));
}

/// Where its events were born.
auto places_of(const chunk& c) -> std::vector<std::uint64_t> {
  auto all = std::vector<std::uint64_t>{};
  for_each_cuts(c, [&](const section&, std::string_view cuts) {
    auto read = cut_reader{cuts, c.positions};
    while (read.next_group())
      while (read.next_event()) all.push_back(read.position());
  });
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(parts_of_chunks)

BOOST_AUTO_TEST_CASE(are_the_chunk_itself_if_all_of_it_matches) {
  const auto whole = some_chunk();
  BOOST_TEST(part_that_matches(whole, *tag_pattern::parse({"**"})) == whole);
  BOOST_TEST(part_that_matches(whole, *tag_pattern::parse({"a", "b", "c.*"})) == whole);
}

BOOST_AUTO_TEST_CASE(have_the_sections_that_match_with_where_their_events_were_born) {
  const auto part = part_of_it({"a", "c.**"});
  BOOST_TEST((part->id == chunk_id{7, 9}));
  BOOST_TEST(part->settled_below == 4U);
  BOOST_TEST(part->count == 3U);
  BOOST_TEST(part->body.view() == "126");
  BOOST_TEST_REQUIRE(part->sections.size() == 2U);
  BOOST_TEST(part->sections[0].tag == "a");
  BOOST_TEST(part->sections[1].tag == "c.d");
  BOOST_TEST(are_cuts_whole(*part));
  BOOST_TEST((places_of(*part) == std::vector<std::uint64_t>{0, 10, 50}));
  BOOST_TEST((part->positions == std::vector<position_range>{{"s", 0, 60}}));
  BOOST_TEST((places_of(*part_of_it({"b"})) == std::vector<std::uint64_t>{20, 30, 40}));
}

BOOST_AUTO_TEST_CASE(tell_of_their_own_events_which_have_the_time_of_their_reading) {
  using ranges = std::vector<index_range>;
  BOOST_TEST((part_of_it({"a", "c.**"})->timed_at_reading == ranges{{1, 3}}));
  BOOST_TEST((part_of_it({"b"})->timed_at_reading == ranges{{0, 1}}));
  BOOST_TEST((part_of_it({"b", "c.d"})->timed_at_reading == ranges{{0, 1}, {3, 4}}));
  BOOST_TEST(part_of_it({"x"})->timed_at_reading.empty());
}

BOOST_AUTO_TEST_CASE(have_all_ranges_if_nothing_is_left) {
  const auto part = part_of_it({"x"});
  BOOST_TEST((part->id == chunk_id{7, 9}));
  BOOST_TEST(part->count == 0U);
  BOOST_TEST(part->body.size() == 0U);
  BOOST_TEST(part->sections.empty());
  BOOST_TEST(part->cuts.empty());
  BOOST_TEST((part->positions == std::vector<position_range>{{"s", 0, 60}}));
}

BOOST_AUTO_TEST_SUITE_END()
