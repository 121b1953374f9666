#include "runtime/log/chunk_log.hpp"
#include "runtime/log/record_ids.hpp"
#include "tests/runtime/flow/chunks.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;

namespace {

/// A log that knows the ids of its records, on a disk that outlives it.
struct knowing_log {
  memory_file_system disk;
  manual_clock time;
  std::unique_ptr<chunk_log> log;

  knowing_log() { open(); }
  void open() {
    log.reset();
    auto settings = chunk_log_settings{};
    settings.path = "/buffer";
    settings.readers = {"a", "b"};
    settings.segment_bytes = 64 << 10;
    settings.cache_bytes = 0;
    settings.knows_ids = true;
    auto opened = chunk_log::open(disk, settings, time);
    BOOST_TEST_REQUIRE(static_cast<bool>(opened));
    log = std::move(*opened);
  }
  void sync() {
    while (auto job = log->take_sync(time.monotonic())) BOOST_TEST(static_cast<bool>(log->finish_sync(*job, job->run())));
  }
  void append(std::uint64_t sequence, const std::string& copy_of = {}) {
    auto c = std::make_shared<chunk>(*chunk_of({7, sequence}, 20 << 10));
    c->copy_of = copy_of;
    c->count = 3;
    c->sections = {{"web", 3, static_cast<std::uint32_t>(c->body.size())}};
    BOOST_TEST(static_cast<bool>(log->append(c)));
    sync();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(ids_of_records)

BOOST_AUTO_TEST_CASE(take_one_entry_where_they_follow_each_other) {
  auto ids = record_ids{};
  for (std::uint64_t n = 1; n <= 1000; ++n) ids.add(n, {7, n + 5});
  BOOST_TEST(ids.size() == 1U);
  ids.add(1001, {8, 1});
  ids.add(1003, {8, 2}); // a record in between has none
  ids.add(1003, {9, 9}); // not behind the last
  BOOST_TEST(ids.size() == 3U);
  BOOST_TEST((ids.find(1) == chunk_id{7, 6}));
  BOOST_TEST((ids.find(1000) == chunk_id{7, 1005}));
  BOOST_TEST((ids.find(1003) == chunk_id{8, 2}));
  BOOST_TEST(!ids.find(0));
  BOOST_TEST(!ids.find(1002));
  BOOST_TEST(!ids.find(1004));
}

BOOST_AUTO_TEST_CASE(go_with_what_they_are_of) {
  auto ids = record_ids{};
  ids.drop_before(5);
  for (std::uint64_t n = 1; n <= 9; ++n) ids.add(n, {n, 1});
  ids.drop_before(5);
  BOOST_TEST(ids.size() == 5U);
  BOOST_TEST(!ids.find(4));
  BOOST_TEST((ids.find(5) == chunk_id{5, 1}));
}

BOOST_FIXTURE_TEST_CASE(are_known_again_when_a_log_is_opened, knowing_log) {
  append(1);
  append(2, "core-2/core");
  append(3);
  for (auto turn = 0; turn < 2; ++turn) {
    BOOST_TEST((log->id_of(1) == chunk_id{7, 1}));
    BOOST_TEST((log->id_of(3) == chunk_id{7, 3}));
    BOOST_TEST(!log->id_of(4));
    BOOST_TEST(log->events_of(2) == 3U);
    open();
  }
}

BOOST_FIXTURE_TEST_CASE(a_log_tells_at_its_opening_what_is_kept_for_others, knowing_log) {
  append(1);
  append(2, "core-2/core");
  append(3, "core-2/core");
  BOOST_TEST(log->take_copies().empty()); // it did not find them
  log->settle(0, 2);
  log->settle(0, 3);
  log->settle(1, 3);
  open();
  const auto found = log->take_copies();
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].at == 2U);
  BOOST_TEST((found[0].head.id == chunk_id{7, 2}));
  BOOST_TEST(found[0].head.copy_of == "core-2/core");
  BOOST_TEST(found[0].head.count == 3U);
  BOOST_TEST(found[0].bytes > 10'000U);
  BOOST_TEST(log->take_copies().empty());
}

BOOST_AUTO_TEST_SUITE_END()
