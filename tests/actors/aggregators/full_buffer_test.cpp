#include "tests/actors/aggregators/bench.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(an_aggregator_with_a_chunk_log)

BOOST_AUTO_TEST_CASE(holds_its_senders_back_when_the_log_is_full_and_goes_on_when_there_is_room) {
  auto b = bench{};
  b.start();
  b.grant(0);
  b.grant(1);
  auto n = std::uint64_t{0};
  while (b.core->is_safe()) {
    b.receive(tagged(++n, 100 * kib));
    b.sync();
    BOOST_TEST_REQUIRE(n < 100U);
  }
  BOOST_TEST(b.acked().size() == n - 1);
  BOOST_TEST(news_of(*b.core, b.time)
             == "the chunk log /buffer has reached its 1MiB: its senders wait until some of it is stored");
  BOOST_TEST(b.core->remarks() == "full, its senders wait");
  b.time.advance(59s);
  BOOST_TEST(news_of(*b.core, b.time).empty()); // once a minute
  b.ack(0, ids_of(1, n - 1));
  b.ack(1, ids_of(1, n - 1));
  b.time.advance(1s);
  b.work();
  b.sync();
  BOOST_TEST((b.acked() == ids_of(n, n)));
  BOOST_TEST(b.core->dropped.empty());
  BOOST_TEST(news_of(*b.core, b.time).empty());
  b.time.advance(5s);
  BOOST_TEST(news_of(*b.core, b.time) == "good: the buffer has room again");
  BOOST_TEST(b.core->remarks().empty());
}

BOOST_AUTO_TEST_CASE(in_memory_tells_that_it_is_full_when_nothing_moves_for_a_while) {
  auto time = manual_clock{};
  auto core = aggregator_core{{16 * kib, 1 * kib}, std::vector<outlet_settings>(1)};
  core.in.open(from_edge);
  const auto c = tagged(1, 16 * kib);
  (void)core.in.receive(from_edge, *c);
  core.take(c, time.monotonic());
  BOOST_TEST(news_of(core, time).empty());
  time.advance(5s);
  BOOST_TEST(news_of(core, time)
             == "the buffer has reached its 16KiB: its senders wait until some of it is stored");
}

BOOST_AUTO_TEST_CASE(counts_by_tag_what_it_drops_if_it_is_told_to) {
  for (const auto policy : {full_policy::drop_oldest, full_policy::drop_newest}) {
    auto b = bench{};
    b.when_full = policy;
    b.start();
    for (std::uint64_t n = 1; n <= 40; ++n) {
      b.receive(tagged(n, 100 * kib));
      b.sync();
    }
    BOOST_TEST(b.acked().size() == 40U);
    const auto lost = b.core->dropped.of("buffer full: web");
    BOOST_TEST(lost > 0U);
    b.grant(0);
    BOOST_TEST(b.sent[0].size() == 40U - lost);
    const auto kept_newest = b.sent[0].back() == chunk_id{7, 40};
    BOOST_TEST(kept_newest == (policy == full_policy::drop_oldest));
    BOOST_TEST((b.core->knowledge_of("edge/collector/log").positions == std::vector<position_range>{{"file", 0, 40}}));
    const auto news = news_of(*b.core, b.time);
    BOOST_TEST(news.find(" events were dropped for it so far") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(counts_what_it_drops_under_a_bounded_number_of_tags) {
  auto b = bench{};
  b.when_full = full_policy::drop_newest;
  b.settings.bytes_max = 256 * kib;
  b.settings.segment_bytes = 32 * kib;
  b.start();
  auto events = std::uint64_t{0};
  for (std::uint64_t n = 1; n <= 40; ++n) {
    auto c = std::make_shared<chunk>(*tagged(n, 20 * kib));
    const auto bytes = c->sections.front().bytes;
    c->sections.clear();
    for (std::uint64_t i = 0; i < 100; ++i)
      c->sections.push_back({"tag." + std::to_string(100 * n + i), 1, i == 0 ? bytes : 0});
    c->count = 100;
    b.receive(c);
    b.sync();
  }
  for (const auto& [reason, count] : b.core->dropped.all()) events += count;
  BOOST_TEST(b.core->dropped.size() == 1001U);
  BOOST_TEST(b.core->passed_on().events + b.core->held().events_held + events == 4000U);
  BOOST_TEST(b.core->bytes_dropped + b.core->held().bytes_held == b.core->bytes_in);
}

BOOST_AUTO_TEST_CASE(drops_no_more_of_the_oldest_than_it_has_to) {
  for (const auto policy : {sync_policy::always, sync_policy::interval, sync_policy::os}) {
    auto b = bench{};
    b.when_full = full_policy::drop_oldest;
    b.settings.sync = policy;
    b.start();
    for (std::uint64_t n = 1; n <= 40; ++n) b.receive(tagged(n, 100 * kib)); // the device is slow
    b.sync();
    BOOST_TEST(b.acked().size() == 40U);
    b.grant(0);
    BOOST_TEST(b.sent[0].size() >= 8U); // of 100 KiB each, in 1 MiB
    BOOST_TEST((b.sent[0].back() == chunk_id{7, 40}));
    BOOST_TEST(b.sent[0].size() + b.core->dropped.of("buffer full: web") == 40U);
  }
}

BOOST_AUTO_TEST_CASE(makes_room_on_a_full_disk_by_what_is_stored) {
  auto b = bench{};
  b.start();
  b.grant(0);
  b.grant(1);
  for (std::uint64_t n = 1; n <= 4; ++n) b.receive(tagged(n, 100 * kib));
  b.faults.arm({{file_call::reserve, 1, fault_kind::no_space, 1000}});
  b.receive(tagged(5, 100 * kib));
  for (auto i = 0; i < 10; ++i) { // it is full at every look
    b.time.advance(500ms);
    b.work();
    b.sync();
  }
  BOOST_TEST((b.acked() == ids_of(1, 4)));
  BOOST_TEST((b.sent[0] == ids_of(1, 4)));
  b.ack(0, ids_of(1, 4));
  b.ack(1, ids_of(1, 4));
  b.work();
  BOOST_TEST(b.disk.list("/buffer")->size() < 5U); // lock, cursors and what was written last
}

BOOST_AUTO_TEST_SUITE_END()
