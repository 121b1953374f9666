#include "actors/sinks/dead_letters.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;

namespace {

auto event(int number) -> std::string { return entry_of(number, record("n", number)); }

/// Chunks of two sections: tag a has the first event, tag b the rest.
auto chunk_of(std::uint64_t sequence, const std::vector<std::string>& entries) -> chunk_ptr {
  auto made = std::make_shared<chunk>();
  made->id = {7, sequence};
  auto body = byte_buffer{};
  for (const auto& e : entries) {
    if (body.size() == 0)
      made->sections = {{"a", 1, static_cast<std::uint32_t>(e.size())}, {"b", 0, 0}};
    else {
      ++made->sections[1].count;
      made->sections[1].bytes += e.size();
    }
    body.append(e);
  }
  made->count = entries.size();
  made->body = shared_bytes{std::move(body)};
  return made;
}

struct fixture {
  std::vector<chunk_ptr> chunks{chunk_of(1, {event(1), event(2), event(3)}),
                                chunk_of(2, {event(4), event(5), event(2)})};
  tag_pattern all;
  commit_batch batch{chunks, all};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(letters_of_refusals, fixture)

BOOST_AUTO_TEST_CASE(a_refused_event_is_found_by_its_chunk_and_index) {
  const auto refused = std::vector<refusal>{{"too big", {1, 1}, 1}, {"too big", {0, 2}, 1}}; // in any order
  const auto [letters, counts] = set_aside_of(batch, refused);
  BOOST_REQUIRE_EQUAL(letters.size(), 2U);
  BOOST_TEST((letters[0].chunk == chunk_id{7, 1}));
  BOOST_TEST(letters[0].index == 2U);
  BOOST_TEST(letters[0].time_ns == 3);
  BOOST_TEST(letters[0].tag == "b");
  BOOST_TEST(letters[0].reason == "too big");
  BOOST_TEST((letters[0].bytes == event(3)));
  BOOST_TEST((letters[1].chunk == chunk_id{7, 2}));
  BOOST_TEST(letters[1].index == 1U);
  BOOST_REQUIRE_EQUAL(counts.size(), 1U);
  BOOST_TEST(counts[0].events == 2U);
  BOOST_TEST(counts[0].tag == "b");
}

BOOST_AUTO_TEST_CASE(a_refusal_may_go_from_one_section_into_the_next) {
  const auto refused = std::vector<refusal>{{"too many", {0, 0}, 2}};
  const auto [letters, counts] = set_aside_of(batch, refused);
  BOOST_REQUIRE_EQUAL(letters.size(), 2U);
  BOOST_TEST(letters[0].tag == "a");
  BOOST_TEST(letters[1].tag == "b");
  BOOST_TEST(counts.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_damaged_section_is_one_letter_up_to_its_end) {
  const auto damaged = event(5).substr(0, 8) + event(6);
  chunks = {chunk_of(3, {event(1), event(2), damaged})};
  const auto refused = std::vector<refusal>{{"malformed entry", {0, 2}, 1}};
  const auto [letters, counts] = set_aside_of({chunks, all}, refused);
  BOOST_REQUIRE_EQUAL(letters.size(), 1U);
  BOOST_TEST(letters[0].index == 2U);
  BOOST_TEST((letters[0].bytes == damaged));
  BOOST_TEST(counts[0].events == 1U);
}

BOOST_AUTO_TEST_CASE(of_chunks_that_are_given_up_every_wanted_event_is_a_letter) {
  BOOST_TEST(set_aside_of(batch, refuse_all(batch, "gone")).letters.size() == 6U);
  const auto wanted = tag_pattern::parse({"b"});
  BOOST_REQUIRE(bool{wanted});
  const auto part = commit_batch{chunks, *wanted};
  const auto letters = set_aside_of(part, refuse_all(part, "gone")).letters;
  BOOST_REQUIRE_EQUAL(letters.size(), 4U);
  BOOST_TEST(letters[0].index == 1U); // counts the events of other tags, too
  BOOST_TEST((letters[3].bytes == event(2)));
}

BOOST_AUTO_TEST_CASE(a_part_of_a_run_is_cut_at_its_entries) {
  auto runs = std::vector<event_run>{};
  const auto only = std::vector<index_range>{{0, 2}, {2, 3}};
  batch.only = only;
  for_each_run(batch, 0, [&](const event_run& run) { runs.push_back(run); });
  BOOST_REQUIRE_EQUAL(runs.size(), 3U);
  BOOST_TEST((runs[0].entries == event(1)));
  BOOST_TEST((runs[1].entries == event(2)));
  BOOST_TEST(runs[1].first.index == 1U);
  BOOST_TEST((runs[2].entries == event(3)));
  BOOST_TEST(runs[2].first.index == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
