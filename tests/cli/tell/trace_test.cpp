#include "cli/tell/trace.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using cli::trace_hop;

namespace {

auto hop(std::string component, std::string tier, std::string mood, std::string state) -> trace_hop {
  auto h = trace_hop{};
  h.node = "one";
  h.component = std::move(component);
  h.tier = std::move(tier);
  h.mood = std::move(mood);
  h.state = std::move(state);
  return h;
}

auto collector() -> trace_hop { return hop("nginx", "collector", "flows", "read"); }
auto buffer_that_waits_for(std::string reader) -> trace_hop {
  auto h = hop("core", "destination_aggregator", "waits", "waits");
  h.waits_for = {std::move(reader)};
  h.events_before = 12'000;
  h.chunk = "00000000000000ab/7";
  return h;
}
auto sink(std::string mood, std::string state) -> trace_hop { return hop("archive", "sink", std::move(mood), std::move(state)); }

auto identity(std::uint32_t generation) -> stream_identity {
  auto of = stream_identity{};
  of.key = {1, 2, 3};
  of.generation = generation;
  of.head = print_of_first_line("one line\n");
  return of;
}

} // namespace

BOOST_AUTO_TEST_SUITE(trace)

BOOST_AUTO_TEST_CASE(a_chunk_is_origin_and_sequence) {
  for (const auto* text : {"00000000000000ab/7", "ab-7"}) {
    const auto id = cli::parse_chunk_id(text);
    BOOST_REQUIRE(id);
    BOOST_TEST(id->origin == 0xabU);
    BOOST_TEST(id->sequence == 7U);
    BOOST_TEST(cli::chunk_id_text(*id) == "00000000000000ab/7");
  }
  for (const auto* text : {"", "/", "ab", "ab/", "/7", "ab/0", "xyz/7", "ab/7x", "ab/-7", "112233445566778899/1"})
    BOOST_TEST(!cli::parse_chunk_id(text), text);
}

BOOST_AUTO_TEST_CASE(a_target_goes_from_node_to_node_as_words) {
  auto target = cli::trace_target{};
  target.source = "edge-1/collector/nginx";
  target.stream = identity(0);
  target.position = 42;
  auto asked = cli::question{};
  cli::write_target(asked, target);
  const auto read = cli::read_target(asked);
  BOOST_REQUIRE(read);
  BOOST_TEST(read->source == target.source);
  BOOST_TEST(read->position == 42U);
  BOOST_TEST((read->stream.key == target.stream.key));
  BOOST_TEST((read->stream.head == target.stream.head));
  BOOST_TEST(!cli::read_target(cli::question{}));
}

BOOST_AUTO_TEST_CASE(a_place_is_found_in_ranges_of_the_same_content_only) {
  auto target = cli::trace_target{};
  target.stream = identity(0);
  target.position = 10;
  BOOST_TEST((target.found_in({{to_stream(identity(0)), 0, 11}}) == 0U));
  BOOST_TEST((target.found_in({{to_stream(identity(0)), 0, 11}, {to_stream(identity(2)), 5, 20}}) == 2U));
  BOOST_TEST(!target.found_in({{to_stream(identity(0)), 0, 10}, {to_stream(identity(0)), 11, 12}}));
  auto other = identity(0);
  other.key.inode = 3;
  BOOST_TEST(!target.found_in({{to_stream(other), 0, 100}}));
  other = identity(0);
  other.head = print_of_first_line("two line\n");
  BOOST_TEST(!target.found_in({{to_stream(other), 0, 100}, {"no stream of a file", 0, 100}}));
}

BOOST_AUTO_TEST_CASE(the_answer_says_how_far_it_has_come) {
  BOOST_TEST(cli::answer_of({}, {}) == "No collector that is seen from here reads that file.");
  auto early = hop("nginx", "collector", "waits", "not read yet");
  early.text = "it has read 5 of 10 bytes; 3 are before it";
  BOOST_TEST(cli::answer_of({early}, {}) == "It is not read yet by nginx on one: it has read 5 of 10 bytes; 3 are before it.");
  BOOST_TEST(cli::answer_of({collector(), buffer_that_waits_for("archive"), sink("rests", "not there")}, {})
             == "It is in the buffer of core on one for archive, behind 12,000 others.");
  BOOST_TEST(cli::answer_of({collector(), sink("waits", "waits")}, {}) == "It waits to be stored by archive on one.");
  BOOST_TEST(cli::answer_of({collector(), sink("flows", "stored")}, {}) == "It is stored in archive.");
  BOOST_TEST(cli::answer_of({collector(), buffer_that_waits_for("search"), sink("flows", "stored")}, {})
             == "It is stored in archive, and is in the buffer of core on one for search, behind 12,000 others.");
  auto letter = hop("nginx", "collector", "fails", "dead letter");
  letter.text = "no JSON";
  BOOST_TEST(cli::answer_of({collector(), letter, sink("rests", "not there")}, {}) == "It is a dead letter of nginx on one: no JSON.");
  BOOST_TEST(cli::answer_of({collector()}, {"core-1: it is down"}) == "It was read by nginx on one; 1 node was not asked.");
  BOOST_TEST(cli::answer_of({collector(), sink("rests", "not there")}, {}).starts_with("It was read by nginx on one, and nobody behind it says"));
}

BOOST_AUTO_TEST_CASE(what_a_buffer_has_handed_on_is_stored_also_by_a_sink_that_cannot_say_so) {
  auto buffer = hop("core", "destination_aggregator", "flows", "passed on");
  buffer.taken_by = {"archive"};
  auto hops = std::vector{collector(), buffer, sink("rests", "not there")};
  cli::conclude(hops);
  BOOST_TEST(hops.back().state == "stored");
  hops = {collector(), buffer, buffer_that_waits_for("archive"), sink("rests", "not there")}; // of two nodes one has it still
  cli::conclude(hops);
  BOOST_TEST(hops.back().state == "not there");
  buffer.taken_by.clear();
  buffer.is_settled = true;
  hops = {collector(), buffer, sink("fails", "no answer")};
  cli::conclude(hops);
  BOOST_TEST(hops.back().state == "stored");
}

BOOST_AUTO_TEST_CASE(what_the_file_was_before_it_was_begun_anew_does_not_count) {
  auto old = sink("flows", "stored");
  auto current = hop("core", "destination_aggregator", "waits", "waits");
  current.generation = 1;
  auto hops = std::vector{collector(), current, old};
  cli::conclude(hops);
  BOOST_TEST(hops.back().state == "not there");
}

BOOST_AUTO_TEST_CASE(what_the_sink_has_stored_the_buffer_does_not_wait_with) {
  auto stored = sink("flows", "stored");
  stored.at = "2026-11-22T15:04:05Z";
  auto hops = std::vector{collector(), buffer_that_waits_for("archive"), stored};
  hops[1].text = "its chunk has 7 events; not taken by archive yet, behind 3 others";
  cli::conclude(hops);
  BOOST_TEST(hops[1].state == "passed on");
  BOOST_TEST(hops[1].text == "its chunk has 7 events");
  BOOST_TEST((hops[1].taken_by == std::vector<std::string>{"archive"}));
  BOOST_TEST(cli::answer_of(hops, {}) == "It is stored in archive at 2026-11-22T15:04:05Z.");
  auto of_two = std::vector{collector(), buffer_that_waits_for("archive"), stored};
  of_two[1].waits_for.push_back("search");
  cli::conclude(of_two);
  BOOST_TEST(of_two[1].state == "waits");
}

BOOST_AUTO_TEST_SUITE_END()
