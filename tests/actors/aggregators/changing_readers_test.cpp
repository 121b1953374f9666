#include "tests/actors/aggregators/bench.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(an_aggregator_with_a_chunk_log)

// Another log may still have for a new reader what the chunk says is stored everywhere.
BOOST_AUTO_TEST_CASE(promises_nothing_to_a_reader_that_was_not_there) {
  auto b = bench{};
  const auto settled_below = [&](std::uint64_t sequence, std::uint64_t origin = 7) {
    auto c = std::make_shared<chunk>(*tagged(sequence));
    c->id.origin = origin;
    c->settled_below = sequence;
    return c;
  };
  b.start();
  b.receive(settled_below(5));
  b.sync();
  b.grant(0);
  BOOST_TEST((b.promised[0] == std::vector<std::uint64_t>{5}));
  b.settings.readers = {"a", "new"};
  b.start();
  b.grant(0);
  b.grant(1);
  BOOST_TEST((b.promised[0] == std::vector<std::uint64_t>{5, 1})); // that of an earlier process
  BOOST_TEST((b.promised[1] == std::vector<std::uint64_t>{1}));
  b.receive(settled_below(6));    // its collector still runs
  b.receive(settled_below(4, 8)); // one that began when all knew of the new reader
  b.sync();
  BOOST_TEST((b.promised[0] == std::vector<std::uint64_t>{5, 1, 6, 4}));
  BOOST_TEST((b.promised[1] == std::vector<std::uint64_t>{1, 1, 4}));
}

BOOST_FIXTURE_TEST_CASE(readers_come_and_go_while_it_runs, bench) {
  const auto wanted = [this](std::vector<std::string> names) {
    auto revision = aggregator_revision{};
    for (auto& name : names) revision.outlets.emplace_back().component = std::move(name);
    revision.log = settings;
    return revision;
  };
  start();
  for (std::size_t i = 0; i < 2; ++i) core->flow.at(i).set(wanted({"a", "b"}).outlets[i]);
  grant(0);
  for (std::uint64_t n = 1; n <= 3; ++n) receive(tagged(n));
  sync();
  ack(0, ids_of(1, 3), {{7, 1, 3}});
  core->revise(wanted({"a", "b", "late"}));
  BOOST_TEST(core->flow.size() == 3U);
  core->flow.at(2).peer_up(1, "core/late");
  core->flow.at(2).grant(1, 64 * kib * kib);
  sent.resize(3), promised.resize(3);
  core->work(time.monotonic());
  auto got = std::vector<chunk_id>{};
  for (auto& t : core->flow.at(2).poll(time.monotonic()))
    for (const auto& c : t.chunks) got.push_back(c->id);
  BOOST_TEST((got == ids_of(1, 3))); // the log holds them, since b has not got them

  core->revise(wanted({"a", "late"}));
  receive(tagged(4));
  sync();
  BOOST_TEST(!core->is_drained(1));
  grant(1);
  BOOST_TEST((sent[1] == ids_of(1, 3))); // and nothing behind them
  (void)acked();
  ack(1, ids_of(1, 3), {{7, 1, 3}});
  BOOST_TEST(core->is_drained(1));
  BOOST_TEST(core->remove(1) == 0U);
  BOOST_TEST(core->flow.size() == 2U);
  // What came before "late" does not wait for it to be told.
  receive(tagged(5));
  sync();
  auto told = take_feedback().settled;
  BOOST_TEST(std::any_of(told.begin(), told.end(), [](const id_range& r) { return r.first == 1 && r.last >= 3; }));
}

BOOST_FIXTURE_TEST_CASE(one_that_is_to_go_may_stay_and_lacks_nothing, bench) {
  const auto wanted = [this](std::vector<std::string> names) {
    auto revision = aggregator_revision{};
    for (auto& name : names) revision.outlets.emplace_back().component = std::move(name);
    revision.log = settings;
    return revision;
  };
  start();
  for (std::size_t i = 0; i < 2; ++i) core->flow.at(i).set(wanted({"a", "b"}).outlets[i]);
  core->revise(wanted({"a"}));
  receive(tagged(1));
  sync();
  core->revise(wanted({"a", "b"}));
  grant(1);
  BOOST_TEST((sent[1] == ids_of(1, 1)));
}

BOOST_AUTO_TEST_SUITE_END()
