#include "actors/collectors/collector_core.hpp"
#include "runtime/codec/chunk_codec.hpp"
#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace weir;
using namespace std::chrono_literals;

namespace {

/// Two receivers with room; the second one has [100, 200) and [300, 400) of the stream already.
struct core_fixture {
  manual_clock time;
  collector_core core{7, "edge/collector/log", {outlet_settings{}, outlet_settings{}}};

  core_fixture() {
    for (std::size_t i = 0; i < 2; ++i) {
      core.flow.at(i).peer_up(i + 1, "receiver");
      core.flow.at(i).grant(i + 1, 1 << 20);
    }
    auto known = resume_info{};
    known.partly = {{"s", 100, 200}, {"s", 300, 400}};
    core.resume({{}, known.partly});
    (void)core.begin_again();
  }

  void read(std::uint64_t begin, std::uint64_t end) {
    core.builder.begin("tag").append("event");
    core.builder.finish(0);
    core.builder.covered("s", begin, end);
    core.at_save_point({"s", begin, end});
  }
  /// What goes to a receiver, as [begin, end) of each chunk; those that are read again with a minus.
  auto sent_to(std::size_t outlet) -> std::vector<std::pair<std::int64_t, std::uint64_t>> {
    auto all = std::vector<std::pair<std::int64_t, std::uint64_t>>{};
    for (const auto& t : core.flow.at(outlet).poll(time.monotonic()))
      for (const auto& c : t.chunks) {
        const auto begin = static_cast<std::int64_t>(c->positions.front().begin);
        all.emplace_back(c->is_reread ? -begin : begin, c->positions.back().end);
      }
    return all;
  }
};

using sent = std::vector<std::pair<std::int64_t, std::uint64_t>>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(collector_cores, core_fixture)

BOOST_AUTO_TEST_CASE(send_what_some_receivers_have_only_to_the_others) {
  for (auto at = std::uint64_t{0}; at < 500; at += 50) read(at, at + 50);
  core.close_chunk(time);
  BOOST_TEST((sent_to(0)
              == sent{{0, 100}, {-100, 150}, {-150, 200}, {200, 300}, {-300, 350}, {-350, 400}, {400, 500}}));
  BOOST_TEST((sent_to(1) == sent{{0, 100}, {200, 300}, {400, 500}}));
  BOOST_TEST(!core.is_catching_up());
}

BOOST_AUTO_TEST_CASE(know_what_some_receivers_have_however_long_it_takes_to_come_to_it) {
  read(0, 100);
  core.close_chunk(time);
  time.advance(24h);
  read(100, 200);
  core.close_chunk(time);
  BOOST_TEST((sent_to(0) == sent{{0, 100}, {-100, 200}}));
  BOOST_TEST((sent_to(1) == sent{{0, 100}}));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// Two receivers: the first has [0, 100) of the stream, of the second nothing is known yet.
struct undecided_fixture {
  manual_clock time;
  collector_core core{7, "edge/collector/log", {outlet_settings{}, outlet_settings{}}};

  void start(std::vector<position_range> first, bool gives_again = true) {
    up(0);
    core.resume({std::move(first), {}}, {false, true}, gives_again);
    (void)core.begin_again();
  }
  void up(std::size_t outlet) {
    core.flow.at(outlet).peer_up(outlet + 1, "receiver");
    core.flow.at(outlet).grant(outlet + 1, 1 << 20);
  }
  void read(std::uint64_t begin, std::uint64_t end, const std::string& stream = "s") {
    core.builder.begin("tag").append("event");
    core.builder.finish(0);
    core.builder.covered(stream, begin, end);
    if (core.is_catching_up()) core.at_save_point({stream, begin, end});
  }
  auto sent_to(std::size_t outlet) -> std::vector<position_range> {
    auto all = std::vector<position_range>{};
    for (const auto& t : core.flow.at(outlet).poll(time.monotonic()))
      for (const auto& c : t.chunks) all.insert(all.end(), c->positions.begin(), c->positions.end());
    return all;
  }
  /// The outlet's receiver acks this chunk of the core.
  auto ack(std::size_t outlet, std::uint64_t sequence) -> std::vector<position_range> {
    return core.on_news({outlet, core.flow.at(outlet).ack({{7, sequence}}), {}});
  }
};

using ranges = std::vector<position_range>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(collector_cores_with_an_undecided_receiver, undecided_fixture)

BOOST_AUTO_TEST_CASE(go_on_for_the_others_and_send_later_what_it_lacks) {
  start({{"s", 0, 100}});
  for (const auto begin : {100U, 150U}) {
    read(begin, begin + 50);
    core.close_chunk(time);
  }
  BOOST_TEST((sent_to(0) == ranges{{"s", 100, 150}, {"s", 150, 200}}));
  BOOST_TEST(ack(0, 1).empty()); // nothing is safe before that one has it, too
  const auto done = core.decide(1, {{"s", 0, 150}});
  BOOST_TEST(!done.begins_again);
  BOOST_TEST((done.safe == ranges{{"s", 100, 150}}));
  up(1);
  BOOST_TEST((sent_to(1) == ranges{{"s", 150, 200}}));
  BOOST_TEST(ack(1, 2).empty());
  BOOST_TEST((ack(0, 2) == ranges{{"s", 150, 200}}));
  BOOST_TEST(core.is_empty());
  BOOST_TEST(!core.is_catching_up());
}

/// Two are undecided. What is read again for one of them waits for the other in an earlier chunk, until it turns out that
/// this one has a part of that chunk already.
BOOST_AUTO_TEST_CASE(hold_nothing_for_safe_that_another_one_still_lacks) {
  auto three = collector_core{7, "edge/collector/log", {outlet_settings{}, outlet_settings{}, outlet_settings{}}};
  const auto give = [&](const std::string& stream, std::uint64_t begin, std::uint64_t end) {
    three.builder.begin("tag").append("event");
    three.builder.finish(0);
    three.builder.covered(stream, begin, end);
    three.at_save_point({stream, begin, end});
  };
  const auto get_all = [&](std::size_t outlet) {
    if (!three.is_undecided(outlet)) {
      three.flow.at(outlet).peer_up(outlet + 1, "receiver");
      three.flow.at(outlet).grant(outlet + 1, 1 << 20);
    }
    auto ids = std::vector<chunk_id>{};
    for (const auto& t : three.flow.at(outlet).poll(time.monotonic()))
      for (const auto& c : t.chunks) ids.push_back(c->id);
    return three.on_news({outlet, three.flow.at(outlet).ack(ids), {}});
  };
  three.resume({{}, {}, {}}, {false, true, true});
  (void)three.begin_again();
  give("a", 0, 100);
  give("b", 0, 90);
  three.close_chunk(time); // one chunk of both
  BOOST_TEST(get_all(0).empty());
  BOOST_TEST(three.decide(1, {{"a", 0, 100}}).begins_again);
  (void)three.begin_again();
  give("b", 0, 90); // again, for the second
  three.close_chunk(time);
  BOOST_TEST(get_all(1).empty());
  const auto late = three.decide(2, {{"a", 0, 100}});
  BOOST_TEST(late.begins_again);
  BOOST_TEST((late.safe == ranges{{"a", 0, 100}}));
  (void)three.begin_again();
  give("b", 0, 90); // for the third
  three.close_chunk(time);
  BOOST_TEST((get_all(2) == ranges{{"b", 0, 90}}));
}

BOOST_AUTO_TEST_CASE(read_again_for_it_alone_what_only_the_others_had) {
  start({{"s", 0, 100}});
  read(100, 200);
  core.close_chunk(time);
  (void)sent_to(0);
  BOOST_TEST(core.decide(1, {{"s", 0, 50}}).begins_again);
  up(1);
  BOOST_TEST((core.begin_again().covered == ranges{{"s", 0, 50}, {"s", 100, 200}}));
  read(50, 100);
  core.close_chunk(time);
  BOOST_TEST(sent_to(0).empty());
  BOOST_TEST((sent_to(1) == ranges{{"s", 100, 200}, {"s", 50, 100}}));
}

BOOST_AUTO_TEST_CASE(read_again_the_part_that_it_lacks_of_what_waited) {
  start({{"s", 0, 100}});
  read(100, 200);
  core.close_chunk(time);
  (void)sent_to(0);
  BOOST_TEST(core.decide(1, {{"s", 0, 170}}).begins_again);
  up(1);
  BOOST_TEST(sent_to(1).empty()); // the chunk would repeat what it has
  BOOST_TEST((core.begin_again().covered == ranges{{"s", 0, 170}}));
  read(170, 200);
  core.close_chunk(time);
  BOOST_TEST(sent_to(0).empty());
  BOOST_TEST((sent_to(1) == ranges{{"s", 170, 200}}));
  BOOST_TEST(ack(1, 2).empty());
  BOOST_TEST((ack(0, 1) == ranges{{"s", 100, 170}, {"s", 170, 200}}));
}

BOOST_AUTO_TEST_CASE(hold_what_clients_send_again_until_it_is_known_whether_it_has_it) {
  start({{"~a", 0, 5}, {"~b", 0, 5}}, false);
  BOOST_TEST(core.begin_again().covered.empty()); // nobody gets an ack for what that one may lack
  for (const auto* stream : {"~a", "~b", "~c"}) read(0, 5, stream);
  core.close_chunk(time);
  BOOST_TEST((sent_to(0) == ranges{{"~c", 0, 5}}));
  const auto done = core.decide(1, {{"~a", 0, 5}});
  BOOST_TEST(!done.begins_again);
  BOOST_TEST((done.safe == ranges{{"~a", 0, 5}}));
  up(1);
  BOOST_TEST((sent_to(1) == ranges{{"~b", 0, 5}, {"~c", 0, 5}}));
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
  BOOST_TEST(counts.dropped["event too large"] == 1U);
  BOOST_TEST(builder.events() == 1U);
  // Half a limit twice: what lies between two save points is one chunk.
  for (auto i = 0; i < 2; ++i) intake.line("a", 3, std::string(event_bytes_max / 2, 'x'));
  BOOST_TEST(counts.dropped["event too large"] == 2U);
  intake.covered("file", 0, 10);
  intake.line("a", 4, std::string(event_bytes_max / 2, 'x'));
  intake.covered("file", 10, 20);
  BOOST_TEST(counts.dropped["event too large"] == 2U);
  for (const auto& c : builder.take(1 << 20))
    BOOST_TEST(encode_chunk_head(*c).size() + c->body.size() < chunk_bytes_max);
}

BOOST_AUTO_TEST_SUITE_END()
