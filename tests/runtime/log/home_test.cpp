// The log's files are removed, or put elsewhere, while it is in use.
#include "tests/runtime/log/log_fixture.hpp"
#include "tests/support/faulty_file_system.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

void remove_all(memory_file_system& files) {
  for (const auto& path : files.paths()) BOOST_REQUIRE(files.remove(path));
}

auto segments_in(const memory_file_system& files) -> std::size_t {
  const auto all = files.paths();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const auto& path) { return path.ends_with(".log"); }));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(a_log_whose_files_are_removed, log_fixture)

BOOST_AUTO_TEST_CASE(makes_them_again_with_all_that_it_holds) {
  open();
  append_synced(1, 20);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  remove_all(files);
  append(21);
  BOOST_TEST(segments_in(files) == 0);
  time.advance(1s);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  BOOST_TEST(segments_in(files) == log->figures().segments);
  append_synced(22, 25);
  files.crash(1, memory_file_system::survival::lose);
  open();
  BOOST_TEST(sequences() == range(1, 25), boost::test_tools::per_element());
  BOOST_TEST(log->figures().damaged_records == 0);
}

BOOST_AUTO_TEST_CASE(makes_its_directory_again_before_anything_was_written) {
  open();
  files.remove_directory(log_path);
  BOOST_TEST(!log->append(make_chunk(1)));
  time.advance(1s);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  append_synced(1, 3);
  BOOST_TEST(sequences() == range(1, 3), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(counts_as_damaged_what_nobody_has_any_more) {
  open();
  append_synced(1, 2000, 300);
  open(); // far more segments than stay open then
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  const auto before = log->figures();
  remove_all(files);
  time.advance(1s);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  const auto after = log->figures();
  BOOST_TEST(after.unsettled_events > 0U);
  BOOST_TEST(after.unsettled_events < before.unsettled_events);
  const auto left = drain(0, true);
  BOOST_TEST(left.size() == after.unsettled_events);
  BOOST_TEST(left.back()->id.sequence == 2000U);
  BOOST_TEST(log->figures().damaged_records == 2000U - left.size());
  append_synced(2001, 2002);
  BOOST_TEST(sequences() == range(2001, 2002), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lets_nothing_become_safe_until_they_are_there_again) {
  auto faults = faulty_file_system{files};
  open(faults, log_settings());
  append_synced(1, 5);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  append_range(6, 7);
  auto job = log->take_sync(time.monotonic());
  BOOST_REQUIRE(job);
  remove_all(files);
  faults.arm({{file_call::rename, 1, fault_kind::no_space, 1}});
  time.advance(1s);
  BOOST_TEST(!log->maintain(time.monotonic()));
  const auto outcome = job->run(); // the files have no name, and know nothing of that
  BOOST_REQUIRE(outcome);
  BOOST_REQUIRE(log->finish_sync(*job, outcome));
  BOOST_TEST(log->durable() == 5);
  BOOST_TEST(!log->append(make_chunk(8)));
  BOOST_TEST(!log->take_sync(time.monotonic()));
  BOOST_REQUIRE(log->deadline());
  time.advance(1s);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  append_synced(8, 9);
  BOOST_TEST(log->durable() == 9);
  files.crash(1, memory_file_system::survival::lose);
  open();
  BOOST_TEST(sequences() == range(1, 9), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(does_not_mistake_another_file_of_that_name_for_its_own) {
  open();
  append_synced(1, 3);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  remove_all(files);
  files.set_content(std::string{log_path} + "/0000000000000001.log", "somebody else's");
  time.advance(1s);
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  log.reset();
  open();
  BOOST_TEST(sequences() == range(1, 3), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
