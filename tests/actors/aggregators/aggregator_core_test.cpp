#include "actors/aggregators/aggregator_core.hpp"
#include "tests/runtime/flow/chunks.hpp"
#include "tests/support/faulty_file_system.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto from_edge = link_id{1};
constexpr auto kib = std::size_t{1024};

/// An aggregator with a chunk log, two outlets and one sender, driven by hand.
struct bench {
  memory_file_system disk;
  faulty_file_system faults{disk};
  manual_clock time;
  chunk_log_settings settings;
  full_policy when_full = full_policy::block;
  std::unique_ptr<aggregator_core> core;
  std::vector<std::vector<chunk_id>> sent{2};
  std::vector<std::vector<std::uint64_t>> promised{2}; ///< settled_below of what was sent

  bench() {
    settings.path = "/buffer";
    settings.readers = {"a", "b"};
    settings.bytes_max = 1024 * kib;
    settings.segment_bytes = 128 * kib;
    settings.cache_bytes = 64 * kib;
  }

  void start() {
    core.reset();
    auto log = chunk_log::open(faults, settings, time);
    BOOST_TEST_REQUIRE(static_cast<bool>(log));
    core = std::make_unique<aggregator_core>(inlet_settings{}, std::vector<outlet_settings>(2),
                                             std::move(*log), when_full);
    core->in.open(from_edge);
    for (std::size_t i = 0; i < 2; ++i) core->flow.at(i).peer_up(1, "core/sink");
  }
  void receive(const chunk_ptr& c) {
    if (core->in.receive(from_edge, *c) == arrival::fresh) core->take(c, time.monotonic());
    work();
  }
  void work() {
    core->work(time.monotonic());
    for (std::size_t i = 0; i < 2; ++i)
      for (auto& t : core->flow.at(i).poll(time.monotonic()))
        for (const auto& c : t.chunks) {
          sent[i].push_back(c->id);
          promised[i].push_back(c->settled_below);
        }
  }
  /// Everything written reaches the device.
  void sync() {
    while (auto job = core->take_sync(time.monotonic())) {
      core->finish_sync(*job, job->run(), time.monotonic());
      work();
    }
  }
  void grant(std::size_t outlet) {
    core->flow.at(outlet).grant(1, 64 * kib * kib);
    work();
  }
  void ack(std::size_t outlet, const std::vector<chunk_id>& ids, std::vector<id_range> settled = {}) {
    core->on_news({outlet, core->flow.at(outlet).ack(ids), std::move(settled)});
    work();
  }
  auto take_feedback() -> feedback {
    auto all = core->in.take_feedback();
    return all.empty() ? feedback{} : all.front();
  }
  auto acked() -> std::vector<chunk_id> { return take_feedback().acks; }
};

auto news_of(aggregator_core& core, const class clock& time) -> std::string {
  auto all = std::string{};
  for (const auto& news : core.take_news(time.monotonic()))
    all += (all.empty() ? "" : "\n") + std::string{news.is_good ? "good: " : ""} + news.text;
  return all;
}

auto troubles_of(const bench& b) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto& t : b.core->troubles(b.time.monotonic())) all.push_back(t.what);
  return all;
}

auto ids_of(std::uint64_t first, std::uint64_t last) -> std::vector<chunk_id> {
  auto ids = std::vector<chunk_id>{};
  for (; first <= last; ++first) ids.push_back({7, first});
  return ids;
}

auto tagged(std::uint64_t sequence, std::size_t bytes = 10 * kib) -> chunk_ptr {
  auto c = std::make_shared<chunk>(*chunk_of({7, sequence}, bytes));
  c->sections = {{"web", 1, static_cast<std::uint32_t>(c->body.size())}};
  c->source = "edge/collector/log";
  c->positions = {{"file", sequence - 1, sequence}};
  return c;
}

} // namespace

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

BOOST_AUTO_TEST_CASE(takes_data_and_feeds_others_while_one_outlet_cannot_be_read_for) {
  auto b = bench{};
  b.settings.cache_bytes = 0;
  b.start();
  b.receive(tagged(1));
  b.sync();
  b.faults.arm({{file_call::read, 1, fault_kind::io_error, 1000}});
  b.grant(0);
  b.receive(tagged(2));
  b.sync();
  BOOST_TEST((b.acked() == ids_of(1, 2)));
  BOOST_TEST(b.sent[0].empty());
  for (auto i = 0; i < 60; ++i) {
    BOOST_TEST((!b.core->deadline() || *b.core->deadline() > b.time.monotonic()));
    b.time.advance(1s);
    b.work();
  }
  b.faults.disarm();
  b.receive(tagged(3));
  b.sync();
  BOOST_TEST((b.sent[0] == ids_of(3, 3))); // the others were given up, like damaged ones
  BOOST_TEST(b.core->remarks() == "damaged or missing in the buffer: 2 records");
}

BOOST_AUTO_TEST_CASE(tells_what_of_its_disk_fails_and_since_when_until_it_works_again) {
  for (const auto call : {file_call::write, file_call::reserve, file_call::sync}) {
    auto b = bench{};
    b.start();
    b.grant(0);
    b.faults.arm({{call, 1, call == file_call::reserve ? fault_kind::no_space : fault_kind::io_error, 1000}});
    const auto fails_for = [&](duration time) {
      for (; time > 0s; time -= 500ms) {
        b.time.advance(500ms);
        b.work();
        b.sync();
      }
    };
    b.receive(tagged(1));
    fails_for(5s);
    BOOST_TEST_REQUIRE(b.core->troubles(b.time.monotonic()).size() >= 1U);
    BOOST_TEST(news_of(*b.core, b.time).ends_with("; it is tried again until it works"));
    BOOST_TEST((b.core->troubles(b.time.monotonic()).front().at >= b.time.monotonic() - 1s)); // it was tried just now
    b.faults.disarm();
    fails_for(2s);
    BOOST_TEST(troubles_of(b).empty());
    BOOST_TEST(news_of(*b.core, b.time) == "good: the buffer takes data again");
    BOOST_TEST((b.acked() == ids_of(1, 1)));
  }
}

BOOST_AUTO_TEST_CASE(tells_of_a_device_that_does_not_answer_for_long_until_it_does) {
  auto b = bench{};
  b.start();
  b.receive(tagged(1));
  auto job = b.core->take_sync(b.time.monotonic());
  BOOST_TEST_REQUIRE(job.has_value());
  b.time.advance(29s);
  b.work();
  BOOST_TEST(troubles_of(b).empty());
  b.time.advance(1s);
  b.work();
  BOOST_TEST((troubles_of(b) == std::vector<std::string>{"the device of the buffer has not answered for 30s"}));
  b.core->finish_sync(*job, job->run(), b.time.monotonic());
  b.work();
  BOOST_TEST(troubles_of(b).empty());
  BOOST_TEST((b.acked() == ids_of(1, 1)));
}

BOOST_AUTO_TEST_CASE(tells_of_cursors_that_cannot_be_written_until_they_can) {
  auto b = bench{};
  b.start();
  b.grant(0);
  b.grant(1);
  b.receive(tagged(1));
  b.sync();
  b.faults.arm({{file_call::rename, 1, fault_kind::io_error, 1000}});
  b.time.advance(2s);
  b.ack(0, {{7, 1}});
  BOOST_TEST(troubles_of(b).size() == 1U);
  b.time.advance(100ms); // before the next try
  b.work();
  BOOST_TEST(troubles_of(b).size() == 1U);
  b.faults.disarm();
  b.time.advance(2s);
  b.work();
  BOOST_TEST(troubles_of(b).empty());
}

BOOST_AUTO_TEST_CASE(acks_nothing_that_a_failing_disk_may_not_have) {
  auto b = bench{};
  b.start();
  b.grant(0);
  b.faults.arm({{file_call::sync, 1, fault_kind::io_error, 1}});
  b.receive(tagged(1));
  auto job = b.core->take_sync(b.time.monotonic());
  BOOST_TEST_REQUIRE(job.has_value());
  b.core->finish_sync(*job, job->run(), b.time.monotonic());
  b.work();
  BOOST_TEST(b.acked().empty());
  BOOST_TEST(b.sent[0].empty());
  BOOST_TEST(
      !b.core->take_sync(b.time.monotonic()).has_value()); // a disk that fails is left alone for a while
  b.time.advance(1s);
  b.work();
  b.sync();
  BOOST_TEST((b.acked() == ids_of(1, 1)));
  b.core.reset();
  b.disk.crash(1, memory_file_system::survival::lose);
  b.sent.assign(2, {});
  b.start();
  b.grant(0);
  BOOST_TEST((b.sent[0] == ids_of(1, 1)));
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
