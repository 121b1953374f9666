#include "tests/actors/aggregators/bench.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(an_aggregator_with_a_chunk_log)

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

BOOST_AUTO_TEST_SUITE_END()
