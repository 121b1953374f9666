#include "tests/actors/aggregators/bench.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(an_aggregator_with_a_chunk_log)

BOOST_AUTO_TEST_CASE(acks_and_hands_on_only_what_is_on_the_device) {
  auto b = bench{};
  b.start();
  b.grant(0);
  b.receive(tagged(1));
  b.receive(tagged(2));
  BOOST_TEST(b.acked().empty());
  BOOST_TEST(b.sent[0].empty());
  b.sync();
  BOOST_TEST((b.acked() == ids_of(1, 2)));
  BOOST_TEST((b.sent[0] == ids_of(1, 2)));
}

BOOST_AUTO_TEST_CASE(shares_one_sync_among_all_that_came_while_another_was_under_way) {
  auto b = bench{};
  b.start();
  b.receive(tagged(1));
  auto first = b.core->take_sync(b.time.monotonic());
  BOOST_TEST_REQUIRE(first.has_value());
  for (std::uint64_t n = 2; n <= 5; ++n) b.receive(tagged(n));
  BOOST_TEST(!b.core->take_sync(b.time.monotonic()).has_value());
  b.core->finish_sync(*first, first->run(), b.time.monotonic());
  b.work();
  BOOST_TEST((b.acked() == ids_of(1, 1)));
  b.sync();
  BOOST_TEST((b.acked() == ids_of(2, 5)));
}

BOOST_AUTO_TEST_CASE(serves_each_outlet_at_its_own_pace) {
  auto b = bench{};
  b.start();
  b.grant(0);
  for (std::uint64_t n = 1; n <= 50; ++n) {
    b.receive(tagged(n));
    b.sync();
    b.ack(0, {{7, n}});
  }
  BOOST_TEST((b.sent[0] == ids_of(1, 50)));
  BOOST_TEST(b.sent[1].empty());
  b.grant(1);
  BOOST_TEST((b.sent[1] == ids_of(1, 50))); // most of them from the disk
}

BOOST_AUTO_TEST_CASE(sends_again_after_a_power_cut_what_was_acked_to_it_and_not_from_it) {
  auto b = bench{};
  b.start();
  b.grant(0);
  for (std::uint64_t n = 1; n <= 4; ++n) b.receive(tagged(n));
  b.sync();
  b.ack(0, ids_of(1, 2));
  b.receive(tagged(5)); // not on the device when the power goes
  b.core.reset();
  b.disk.crash(1, memory_file_system::survival::lose);
  b.sent.assign(2, {});
  b.start();
  b.grant(0);
  for (const auto& id : ids_of(3, 4)) BOOST_TEST(std::count(b.sent[0].begin(), b.sent[0].end(), id) == 1);
  BOOST_TEST(std::count(b.sent[0].begin(), b.sent[0].end(), chunk_id{7, 5}) == 0);
  b.receive(tagged(4)); // its sender had no ack yet
  BOOST_TEST((b.acked() == ids_of(4, 4)));
  BOOST_TEST((b.core->knowledge_of("edge/collector/log").positions == std::vector<position_range>{{"file", 0, 4}}));
}

/// A collector that went on behind what the device does not have would lose it with the power.
BOOST_AUTO_TEST_CASE(knows_only_what_is_on_its_device) {
  auto b = bench{};
  b.start();
  auto first = std::make_shared<chunk>(*tagged(1));
  first->settled = {{"old", 0, 70}};
  b.receive(first);
  BOOST_TEST(b.core->knowledge_of("edge/collector/log").positions.empty());
  BOOST_TEST((b.core->knowledge_of("edge/collector/log").elsewhere == std::vector<position_range>{{"file", 0, 1}}));
  b.sync();
  BOOST_TEST(b.core->knowledge_of("edge/collector/log").elsewhere.empty());
  b.receive(tagged(2));
  b.disk.crash(1, memory_file_system::survival::lose);
  b.start();
  const auto known = b.core->knowledge_of("edge/collector/log");
  BOOST_TEST((known.positions == std::vector<position_range>{{"file", 0, 1}}));
  BOOST_TEST((known.settled == std::vector<position_range>{{"old", 0, 70}}));
}

BOOST_AUTO_TEST_CASE(passes_on_what_is_settled_behind_all_outlets) {
  auto b = bench{};
  b.start();
  b.grant(0);
  b.grant(1);
  b.receive(tagged(1));
  b.sync();
  b.ack(0, ids_of(1, 1), {{7, 1, 1}});
  b.receive(tagged(2));
  b.sync();
  BOOST_TEST(b.take_feedback().settled.empty());
  b.ack(1, ids_of(1, 2), {{7, 1, 2}});
  b.receive(tagged(3));
  b.sync();
  BOOST_TEST((b.take_feedback().settled == std::vector<id_range>{{7, 1, 1}}));
}

BOOST_AUTO_TEST_CASE(knows_how_old_its_data_is_before_anything_was_ever_stored) {
  auto b = bench{};
  b.start();
  BOOST_TEST(b.core->held().oldest_closed_ns == 0);
  for (std::uint64_t n = 1; n <= 2; ++n) {
    auto c = std::make_shared<chunk>(*chunk_of({7, n}));
    c->closed_ns = static_cast<std::int64_t>(1000 * n);
    b.receive(c);
  }
  b.sync();
  BOOST_TEST(b.core->held().oldest_closed_ns == 1000);
  b.grant(0);
  b.grant(1);
  for (const auto outlet : {0U, 1U}) b.ack(outlet, ids_of(1, 2));
  BOOST_TEST(b.core->held().oldest_closed_ns == 0); // and looked at while it is empty
  auto c = std::make_shared<chunk>(*chunk_of({7, 3}));
  c->closed_ns = 3000;
  b.receive(c);
  b.sync();
  BOOST_TEST(b.core->held().oldest_closed_ns == 3000);
}

BOOST_AUTO_TEST_CASE(counts_bytes_of_events_in_and_out_alike) {
  auto b = bench{};
  b.settings.cache_bytes = 0; // sums come from the disk
  b.start();
  for (std::uint64_t n = 1; n <= 4; ++n) b.receive(tagged(n, 8 * kib));
  b.sync();
  const auto one = tagged(1, 8 * kib)->body.size();
  BOOST_TEST(b.core->bytes_in == 4 * one);
  BOOST_TEST(b.core->held().bytes_held == 4 * one);
  b.grant(0);
  b.grant(1);
  for (const auto outlet : {0U, 1U}) b.ack(outlet, ids_of(1, 3));
  BOOST_TEST(b.core->passed_on().events == 3U);
  BOOST_TEST(b.core->passed_on().bytes == 3 * one);
  b.start(); // what it held comes in again
  BOOST_TEST(b.core->bytes_in == one);
  BOOST_TEST(b.core->passed_on().bytes == 0U);

  auto memory = aggregator_core{inlet_settings{}, std::vector<outlet_settings>(1)};
  memory.in.open(from_edge);
  const auto c = tagged(1, 8 * kib);
  (void)memory.in.receive(from_edge, *c);
  memory.take(c, b.time.monotonic());
  BOOST_TEST(memory.held().bytes_held == one);
  BOOST_TEST(memory.passed_on().bytes == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
