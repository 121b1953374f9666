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

BOOST_AUTO_TEST_CASE(a_refused_event_is_found_by_its_bytes_and_tag) {
  const auto letters = letters_of({"too big", 2, "b", event(3) + event(5)}, batch);
  BOOST_REQUIRE_EQUAL(letters.size(), 2U);
  BOOST_TEST((letters[0].chunk == chunk_id{7, 1}));
  BOOST_TEST(letters[0].index == 2U);
  BOOST_TEST(letters[0].time_ns == 3);
  BOOST_TEST(letters[0].tag == "b");
  BOOST_TEST((letters[0].bytes == event(3)));
  BOOST_TEST((letters[1].chunk == chunk_id{7, 2}));
  BOOST_TEST(letters[1].index == 1U);
}

BOOST_AUTO_TEST_CASE(equal_events_are_two_letters) {
  const auto letters = letters_of({"too big", 2, "b", event(2) + event(2)}, batch);
  BOOST_REQUIRE_EQUAL(letters.size(), 2U);
  BOOST_TEST(letters[0].chunk.sequence == 1U);
  BOOST_TEST(letters[1].chunk.sequence == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_found_nowhere_is_a_letter_without_a_place) {
  const auto letters = letters_of({"odd", 1, "b", event(1)}, batch); // it has tag a
  BOOST_REQUIRE_EQUAL(letters.size(), 1U);
  BOOST_TEST(letters[0].chunk.sequence == 0U);
  BOOST_TEST((letters[0].bytes == event(1)));
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_say_which_events_gets_no_letters) {
  BOOST_TEST(letters_of({"odd", 3}, batch).empty());
}

BOOST_AUTO_TEST_CASE(a_damaged_section_is_one_letter_up_to_its_end) {
  const auto damaged = event(5).substr(0, 8) + event(6);
  chunks = {chunk_of(3, {event(1), event(2), damaged})};
  const auto letters = letters_of({"malformed entry", 1, "b", damaged}, {chunks, all});
  BOOST_REQUIRE_EQUAL(letters.size(), 1U);
  BOOST_TEST(letters[0].index == 2U);
  BOOST_TEST((letters[0].bytes == damaged));
}

BOOST_AUTO_TEST_CASE(of_chunks_that_are_given_up_every_wanted_event_is_a_letter) {
  BOOST_TEST(all_letters_of(batch).size() == 6U);
  const auto wanted = tag_pattern::parse({"b"});
  BOOST_REQUIRE(bool{wanted});
  const auto letters = all_letters_of({chunks, *wanted});
  BOOST_REQUIRE_EQUAL(letters.size(), 4U);
  BOOST_TEST(letters[0].index == 1U); // counts the events of other tags, too
  BOOST_TEST((letters[3].bytes == event(2)));
}

BOOST_AUTO_TEST_SUITE_END()
