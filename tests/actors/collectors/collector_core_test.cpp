#include "actors/collectors/collector_core.hpp"
#include "runtime/codec/chunk_codec.hpp"
#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace weir;
using namespace std::chrono_literals;

namespace {

/// One receiver with room.
struct core_fixture {
  manual_clock time;
  collector_core core{7, "edge/collector/log", {outlet_settings{}}};

  core_fixture() {
    core.flow.at(0).peer_up(1, "receiver");
    core.flow.at(0).grant(1, 1 << 20);
  }
  auto close(std::uint64_t begin, std::uint64_t end) -> chunk_ptr {
    core.builder.begin("tag").append("event");
    core.builder.finish(0);
    core.builder.covered("s", begin, end);
    core.close_chunk(time);
    const auto sent = core.flow.at(0).poll(time.monotonic());
    BOOST_REQUIRE(sent.size() == 1U);
    return sent.front().chunks.back();
  }
  void settle(std::uint64_t first, std::uint64_t last) {
    auto ids = std::vector<chunk_id>{};
    for (auto n = first; n <= last; ++n) ids.push_back({7, n});
    (void)core.on_news({0, core.flow.at(0).ack(ids), {{7, first, last}}});
  }
};

using ranges = std::vector<position_range>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(collector_cores, core_fixture)

BOOST_AUTO_TEST_CASE(tell_in_chunks_what_every_sink_has_at_most_once_a_second) {
  BOOST_TEST(close(0, 10)->settled.empty());
  (void)close(10, 20);
  settle(1, 2);
  BOOST_TEST((close(20, 30)->settled == ranges{{"s", 0, 20}}));
  settle(3, 3);
  BOOST_TEST(close(30, 40)->settled.empty());
  time.advance(1s);
  BOOST_TEST((close(40, 50)->settled == ranges{{"s", 20, 30}}));
}

/// What is behind one that is not settled may be lost with it.
BOOST_AUTO_TEST_CASE(call_nothing_settled_behind_a_chunk_that_is_not) {
  (void)close(0, 10);
  (void)close(10, 20);
  settle(2, 2);
  BOOST_TEST(close(20, 30)->settled.empty());
}

BOOST_AUTO_TEST_CASE(go_on_behind_what_earlier_processes_handed_on) {
  core.resume({{{"s", 0, 100}}, {{"t", 0, 5}}});
  const auto resume = core.begin_again();
  BOOST_TEST((resume.covered == ranges{{"s", 0, 100}}));
  BOOST_TEST((resume.elsewhere == ranges{{"t", 0, 5}}));
  (void)close(100, 150);
  BOOST_TEST((core.begin_again().covered == ranges{{"s", 0, 150}}));
}

/// A chunk says that all before it are settled: that is true for those who got them.
BOOST_AUTO_TEST_CASE(go_on_under_a_new_origin_for_an_outlet_that_comes) {
  auto named = [](const std::string& component) {
    auto settings = outlet_settings{};
    settings.component = component;
    return settings;
  };
  core.flow.at(0).set(named("a"));
  (void)close(0, 10);
  core.wire({named("a"), named("b")}, 8);
  const auto next = close(10, 20);
  BOOST_TEST((next->id == chunk_id{8, 2}));
  BOOST_TEST(next->settled_below == 2U); // under this origin there is nothing before it
  BOOST_TEST(core.flow.at(1).unacked_chunks() == 1U);
  settle(1, 1);
  time.advance(1s);
  BOOST_TEST((close(20, 30)->settled == ranges{{"s", 0, 10}}));
  (void)core.on_news({0, core.flow.at(0).ack({{8, 2}}), {{8, 2, 2}}});
  time.advance(1s);
  BOOST_TEST(close(30, 40)->settled.empty()); // b has not got it yet
  core.wire({named("a")}, 9);
  BOOST_TEST(!core.is_drained(1));
  (void)core.on_news({1, core.flow.at(1).ack({{8, 2}, {8, 3}, {8, 4}}), {}});
  BOOST_TEST(core.is_drained(1));
  BOOST_TEST(core.remove(1).empty());
  time.advance(1s);
  const auto last = close(40, 50);
  BOOST_TEST((last->id == chunk_id{8, 5})); // it got all that came since
  BOOST_TEST((last->settled == ranges{{"s", 10, 20}}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(collectors_with_letters)

BOOST_AUTO_TEST_CASE(say_why_letters_are_not_kept_and_since_when_until_they_are) {
  const auto dir = test::temporary_directory{};
  std::ofstream{dir / "letters"} << "in the way";
  auto time = manual_clock{};
  auto core = collector_core{7, "edge/collector/log", {outlet_settings{}}};
  core.dead_letters.emplace(
      "edge/collector/log",
      std::make_shared<dead_letter_file>(real_file_system(), dir / "letters/log.jsonl", UINT64_MAX), 10s);
  core.builder.begin("tag").append("event");
  core.builder.finish(0);
  core.builder.covered("s", 0, 5);
  core.letters.all.emplace_back().tag = "tag";
  core.letters.placed = 1;
  core.close_chunk(time);
  BOOST_TEST(core.last_error.starts_with("cannot keep dead letters: "));
  BOOST_TEST(core.last_error_ns == time.wall_ns());
  BOOST_TEST(core.events_closed == 0U);
  std::filesystem::remove(dir / "letters");
  time.advance(1s);
  core.close_chunk(time);
  BOOST_TEST(core.last_error == "");
  BOOST_TEST(core.last_error_ns == 0);
  BOOST_TEST(core.events_closed == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(chunking_intakes)

BOOST_AUTO_TEST_CASE(drop_an_event_that_no_chunk_can_hold_and_go_on) {
  auto builder = chunk_builder{};
  auto counts = intake_counts{};
  auto letters = unkept_letters{};
  auto intake = chunking_intake{intake_settings{}, plugin_context{}, builder, counts, letters};
  intake.line("a", 1, std::string(event_bytes_max, 'x'));
  intake.line("a", 2, "next");
  BOOST_TEST(counts.dropped.of("event too large") == 1U);
  BOOST_TEST(builder.events() == 1U);
  // Half a limit twice: what lies between two save points is one chunk.
  for (auto i = 0; i < 2; ++i) intake.line("a", 3, std::string(event_bytes_max / 2, 'x'));
  BOOST_TEST(counts.dropped.of("event too large") == 2U);
  intake.covered("file", 0, 10);
  intake.line("a", 4, std::string(event_bytes_max / 2, 'x'));
  intake.covered("file", 10, 20);
  BOOST_TEST(counts.dropped.of("event too large") == 2U);
  for (const auto& c : builder.take(1 << 20))
    BOOST_TEST(encode_chunk_head(*c).size() + c->body.size() < chunk_bytes_max);
}

BOOST_AUTO_TEST_SUITE_END()
