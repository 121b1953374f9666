#include "runtime/log/recovery.hpp"
#include "tests/runtime/log/log_fixture.hpp"
#include "tests/support/faulty_file_system.hpp"

using namespace weir;
using namespace weir::test;

namespace {

auto has_positions(const chunk_log& log, std::uint64_t begin, std::uint64_t end) -> bool {
  const auto wanted = std::vector<position_range>{{"s", begin, end}};
  auto known = position_index{SIZE_MAX};
  for (const auto& p : log.knowledge_of("edge/collector/x").positions) known.add("x", p);
  return known.covers("x", wanted);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(chunk_log_suite, log_fixture)

BOOST_AUTO_TEST_CASE(an_empty_directory_is_an_empty_log) {
  open();
  BOOST_TEST(log->last() == 0);
  BOOST_TEST(log->durable() == 0);
  BOOST_TEST(log->next(0, 0) == 0);
  BOOST_TEST(!log->take_sync(time.monotonic()));
  BOOST_TEST(log->figures().segments == 0);
}

BOOST_AUTO_TEST_CASE(chunks_are_handed_out_when_they_are_on_the_device) {
  open();
  append_range(1, 3);
  BOOST_TEST(log->last() == 3);
  BOOST_TEST(log->next(0, 0) == 0);
  auto job = log->take_sync(time.monotonic());
  BOOST_REQUIRE(job);
  append(4); // behind the job's back
  BOOST_TEST(!log->take_sync(time.monotonic()));
  const auto outcome = job->run();
  BOOST_REQUIRE(log->finish_sync(*job, outcome));
  BOOST_TEST(log->durable() == 3);
  BOOST_TEST(sequences() == range(1, 3), boost::test_tools::per_element());
  sync();
  BOOST_TEST(log->durable() == 4);
}

BOOST_AUTO_TEST_CASE(what_was_synced_is_there_after_a_power_cut) {
  open();
  append_synced(1, 200, 300);
  append_range(201, 210);
  files.crash(1, memory_file_system::survival::lose);
  open();
  BOOST_TEST(sequences() == range(1, 200), boost::test_tools::per_element());
  BOOST_TEST(log->last() == 200);
  BOOST_TEST(log->seen().contains({7, 200}));
  BOOST_TEST(!log->seen().contains({7, 201}));
  BOOST_TEST(has_positions(*log, 0, 200));
  BOOST_TEST(!has_positions(*log, 0, 201));
  BOOST_TEST(log->figures().unsettled_chunks == 200);
  BOOST_TEST(log->figures().damaged_records == 0);
}

BOOST_AUTO_TEST_CASE(a_new_reader_gets_all_that_is_there_or_what_comes_now) {
  open();
  append_synced(1, 20);
  log->settle(0, 1);
  auto settings = log_settings({"late", "sink", "all"});
  settings.from_now = {"late", "sink"};
  for (int start = 0; start < 2; ++start) { // the second time none of them is new
    open(settings);
    BOOST_TEST(sequences(0).empty());
    BOOST_TEST(sequences(1).front() == 2U); // it was there before
    BOOST_TEST(sequences(2) == range(1, 20), boost::test_tools::per_element());
  }
  append_synced(21, 22);
  BOOST_TEST(sequences(0) == range(21, 22), boost::test_tools::per_element());
  BOOST_TEST(sequences(2) == range(1, 22), boost::test_tools::per_element());
  settings.readers = settings.from_now = {"other"};
  open(settings);
  BOOST_TEST(sequences(0).empty());
  BOOST_TEST(log->figures().unsettled_chunks == 0);
  append_synced(23, 23);
  BOOST_TEST(sequences(0) == range(23, 23), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(readers_that_come_and_go_are_known_with_what_they_get_or_leave) {
  open(log_settings({"sink", "gone"}));
  append_synced(1, 20);
  log->settle(0, 1);
  log->settle(1, 1);
  log->settle(1, 2);
  time.advance(std::chrono::seconds{2});
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  log.reset();
  const auto found = recover_log(
      files, {.path = log_path, .readers = std::vector<std::string>{"sink", "new"}, .from_now = {}});
  BOOST_REQUIRE(found);
  BOOST_REQUIRE(found->changes.size() == 2U);
  const auto& comes = found->changes[0];
  BOOST_TEST((comes.name == "new" && comes.is_new && comes.events == 20 && comes.since_ns != 0));
  const auto& goes = found->changes[1];
  BOOST_TEST((goes.name == "gone" && !goes.is_new && goes.events == 18));
  open(log_settings({"sink", "new"}));
  log.reset();
  const auto again = recover_log(
      files, {.path = log_path, .readers = std::vector<std::string>{"sink", "new"}, .from_now = {}});
  BOOST_REQUIRE(again);
  BOOST_TEST(again->changes.empty());
}

BOOST_AUTO_TEST_CASE(where_the_cursors_are_lost_nobody_is_new) {
  open();
  append_synced(1, 20);
  log.reset();
  BOOST_REQUIRE(files.remove(cursor_path(log_path)));
  auto settings = log_settings();
  settings.from_now = {"sink"};
  open(settings);
  BOOST_TEST(sequences() == range(1, 20), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_was_written_is_there_after_a_kill) {
  open();
  append_range(1, 50);
  files.kill();
  open();
  BOOST_TEST(sequences() == range(1, 50), boost::test_tools::per_element());
  // It was synced at the start, so it counts as durable.
  files.crash(1, memory_file_system::survival::lose);
  open();
  BOOST_TEST(sequences() == range(1, 50), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_reader_has_its_own_cursor_that_survives) {
  open(log_settings({"a", "b"}));
  append_synced(1, 10);
  for (const auto n : {1, 2, 3, 5}) log->settle(0, static_cast<record_number>(n));
  log->settle(1, 1);
  BOOST_TEST(log->figures().unsettled_chunks == 9);
  log.reset();
  open(log_settings({"b", "a", "new"}));
  BOOST_TEST(sequences(0) == range(2, 10), boost::test_tools::per_element());
  const auto left = std::vector<std::uint64_t>{4, 6, 7, 8, 9, 10};
  BOOST_TEST(sequences(1) == left, boost::test_tools::per_element());
  BOOST_TEST(sequences(2) == range(1, 10), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(segments_go_when_the_last_reader_has_passed_them_and_the_memory_stays) {
  open(log_settings({"fast", "slow"}));
  append_synced(1, 300, 300);
  const auto before = log->figures();
  BOOST_TEST(before.segments > 5);
  drain(0, true);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  BOOST_TEST(log->figures().segments == before.segments);
  BOOST_TEST(log->figures().unsettled_chunks == 300);
  drain(1, true);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  BOOST_TEST(log->figures().segments == 1);
  BOOST_TEST(log->figures().unsettled_chunks == 0);
  BOOST_TEST(log->figures().unsettled_bytes == 0);
  files.crash(3, memory_file_system::survival::lose);
  open(log_settings({"fast", "slow"}));
  BOOST_TEST(log->seen().contains({7, 1}));
  BOOST_TEST(log->seen().contains({7, 300}));
  BOOST_TEST(log->seen().size() == 1);
  BOOST_TEST(has_positions(*log, 0, 300));
}

BOOST_AUTO_TEST_CASE(numbers_are_never_used_twice) {
  open();
  append_synced(1, 20);
  drain(0, true);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  log.reset();
  open();
  BOOST_TEST(log->last() == 20);
  append_synced(21, 21);
  BOOST_TEST(log->last() == 21);
  BOOST_TEST(sequences() == range(21, 21), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(late_chunks_come_from_memory_and_older_ones_from_the_disk) {
  auto settings = log_settings();
  settings.cache_bytes = 4096;
  open(settings);
  const auto c = make_chunk(1, 500);
  BOOST_REQUIRE(log->append(c));
  sync();
  BOOST_TEST(log->read(1)->get() == c.get());
  append_synced(2, 50, 500);
  const auto again = log->read(1);
  BOOST_REQUIRE(again);
  BOOST_TEST(again->get() != c.get());
  BOOST_TEST(bytes_of(**again) == bytes_of(*c));
}

/// Else its senders, whose window is full then, would wait for the next interval.
BOOST_AUTO_TEST_CASE(with_an_interval_what_is_written_is_safe_whatever_the_cache) {
  auto settings = log_settings();
  settings.sync = sync_policy::interval;
  settings.bytes_max = 4 << 20;
  settings.cache_bytes = 1024;
  open(settings);
  for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) BOOST_REQUIRE(log->append(make_chunk(sequence, 500)));
  BOOST_TEST(log->durable() == 20U);
}

BOOST_AUTO_TEST_CASE(a_backlog_leaves_the_memory_of_the_system_and_its_latest_part_stays) {
  auto settings = log_settings();
  settings.cache_bytes = 4096;
  open(settings);
  for (std::uint64_t sequence = 1; sequence <= 400; ++sequence) append_synced(sequence, sequence, 500);
  auto segments = std::vector<std::string>{};
  for (const auto& path : files.paths())
    if (path.ends_with(".log")) segments.push_back(path);
  BOOST_REQUIRE(segments.size() > 12U);
  BOOST_TEST(files.is_dropped(segments.front()));
  BOOST_TEST(files.is_dropped(segments[segments.size() / 2]));
  BOOST_TEST(!files.is_dropped(segments[segments.size() - 3]));
  BOOST_TEST(!files.is_dropped(segments.back()));
  BOOST_TEST(sequences() == range(1, 400), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(few_segments_are_open_however_many_there_are) {
  const auto most = [&] {
    auto open = std::size_t{0};
    for (std::uint64_t sequence = 1; sequence <= 400; ++sequence) {
      for (const auto other : {sequence, 401 - sequence, (sequence * 37) % 400 + 1})
        BOOST_REQUIRE(log->read(other));
      open = std::max(open, files.open_files());
    }
    return open;
  };
  open();
  for (std::uint64_t sequence = 1; sequence <= 400; ++sequence) append_synced(sequence, sequence, 500);
  BOOST_TEST(log->figures().segments > 3 * chunk_log_descriptors);
  BOOST_TEST(most() <= chunk_log_descriptors);
  files.kill();
  open();
  BOOST_TEST(files.open_files() <= chunk_log_descriptors);
  BOOST_TEST(most() <= chunk_log_descriptors);
  BOOST_TEST(sequences() == range(1, 400), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_old_segment_is_read_while_many_wait_for_the_device) {
  open();
  append_synced(1, 100, 500);
  append_range(101, 400, 500); // more segments than may be open, and none of them can be closed
  for (std::uint64_t sequence = 1; sequence <= 100; sequence += 17) {
    const auto c = log->read(sequence);
    BOOST_REQUIRE(c);
    BOOST_TEST(bytes_of(**c) == bytes_of(*make_chunk(sequence, 500)));
  }
}

BOOST_AUTO_TEST_CASE(a_full_log_says_so_and_takes_chunks_again_when_segments_have_gone) {
  auto settings = log_settings();
  settings.bytes_max = 40'000;
  open(settings);
  auto sequence = std::uint64_t{0};
  auto appended = result<record_number>{record_number{0}};
  while (appended) appended = log->append(make_chunk(++sequence, 1000));
  BOOST_TEST((appended.failure().code == errc::limit));
  BOOST_TEST(log->figures().bytes <= settings.bytes_max);
  sync();
  const auto last = log->last();
  BOOST_TEST(last == sequence - 1);
  // A chunk that is not kept is remembered even then.
  auto dropped = *make_chunk(sequence, 1000);
  dropped.timed_at_reading = {{0, 1}};
  BOOST_REQUIRE(log->append_dropped(dropped));
  BOOST_TEST(log->seen().contains({7, sequence}));
  sync();
  BOOST_TEST(sequences() == range(1, last), boost::test_tools::per_element());
  drain(0, true);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  BOOST_TEST(bool{log->append(make_chunk(sequence + 1, 1000))});
  sync();
  log.reset();
  open(settings);
  BOOST_TEST(log->seen().contains({7, sequence}));
  BOOST_TEST(has_positions(*log, 0, sequence + 1));
  BOOST_TEST(sequences() == range(sequence + 1, sequence + 1), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_log_on_a_full_disk_opens_so_that_what_it_holds_can_go) {
  open();
  append_synced(1, 5);
  log.reset();
  auto full = faulty_file_system{files};
  full.arm({{file_call::write, 1, fault_kind::no_space, 1000}});
  open(full, log_settings());
  BOOST_TEST(sequences() == range(1, 5), boost::test_tools::per_element());
  full.disarm();
  drain(0, true);
  time.advance(std::chrono::minutes{1});
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  open();
  BOOST_TEST(drain().empty());
}

BOOST_AUTO_TEST_CASE(dropping_the_oldest_tells_what_was_lost_and_makes_room) {
  auto settings = log_settings({"a", "b"});
  settings.bytes_max = 40'000;
  open(settings);
  auto sequence = std::uint64_t{0};
  while (log->append(make_chunk(sequence + 1, 1000))) ++sequence;
  sync();
  log->settle(0, 1);
  log->settle(1, 1);
  const auto lost = log->drop_oldest();
  BOOST_REQUIRE(!lost.empty());
  for (auto i = std::size_t{0}; i < lost.size(); ++i) {
    BOOST_TEST(lost[i]->id.sequence == i + 2);
    BOOST_TEST(lost[i]->sections.front().tag == "app.log");
    BOOST_TEST(lost[i]->count == 1);
  }
  BOOST_TEST(log->figures().unsettled_chunks == sequence - 1 - lost.size());
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  BOOST_TEST(bool{log->append(make_chunk(sequence + 1, 1000))});
  sync();
  BOOST_TEST(sequences(1) == range(lost.size() + 2, sequence + 1), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_chunk_larger_than_a_segment_gets_one_to_itself) {
  open();
  append(1);
  append(2, 100'000);
  append(3);
  sync();
  BOOST_TEST(sequences() == range(1, 3), boost::test_tools::per_element());
  files.crash(1, memory_file_system::survival::lose);
  open();
  BOOST_TEST(sequences() == range(1, 3), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_interval_policy_does_not_wait_for_the_device) {
  auto settings = log_settings();
  settings.sync = sync_policy::interval;
  settings.cache_bytes = 1 << 20;
  open(settings);
  append_range(1, 3);
  BOOST_TEST(log->durable() == 3);
  BOOST_TEST(!log->take_sync(time.monotonic()));
  BOOST_REQUIRE(log->deadline());
  time.advance(std::chrono::seconds{1});
  BOOST_TEST((*log->deadline() <= time.monotonic()));
  sync();
  files.crash(1, memory_file_system::survival::lose);
  open(settings);
  BOOST_TEST(sequences() == range(1, 3), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(numbers_that_a_power_cut_took_back_are_not_given_to_other_chunks) {
  auto settings = log_settings();
  settings.sync = sync_policy::os;
  open(settings);
  append_range(1, 100, 300);
  sync();
  append_range(101, 110, 300);
  drain(0, true); // the cursor is ahead of what the device has
  log.reset();
  BOOST_REQUIRE(files.sync_directory(log_path));
  const auto cursors = files.content(std::string{log_path} + "/cursors");
  files.crash(1, memory_file_system::survival::lose);
  files.set_content(std::string{log_path} + "/cursors", cursors);
  open(settings);
  append_range(201, 203);
  BOOST_TEST(sequences() == range(201, 203), boost::test_tools::per_element());
  log.reset();
  open(settings);
  BOOST_TEST(sequences() == range(201, 203), boost::test_tools::per_element());
  BOOST_TEST(log->figures().damaged_records == 0);
}

BOOST_AUTO_TEST_CASE(a_second_opening_is_refused_and_names_the_holder) {
  open();
  const auto second = chunk_log::open(files, log_settings(), time);
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.failure().code == errc::rejected));
  BOOST_TEST(second.failure().what.find("node test, pid 1") != std::string::npos);
  log.reset();
  BOOST_TEST(bool{chunk_log::open(files, log_settings(), time)});
}

BOOST_AUTO_TEST_CASE(folding_makes_one_range_of_an_origin_that_alternated) {
  open();
  for (auto sequence = std::uint64_t{2}; sequence <= 40; sequence += 2) append(sequence);
  BOOST_TEST(log->seen().size() == 20);
  log->fold(7, 40);
  BOOST_TEST(log->seen().size() == 1);
  BOOST_TEST(log->seen().contains({7, 39}));
  BOOST_TEST(!log->seen().contains({7, 41}));
}

BOOST_AUTO_TEST_SUITE_END()
