#include "tests/runtime/tail/resume_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

/// As logrotate with copytruncate: what is at `to` was not there before.
void copy_and_cut_off(const std::string& path, const std::string& to) {
  // The time of birth tells copies apart; two may be made within one tick of the file system's clock.
  auto text = std::string{std::istreambuf_iterator<char>{std::ifstream{path, std::ios::binary}.rdbuf()}, {}};
  append_later(to, text, path);
  write(path, "");
}

} // namespace

BOOST_AUTO_TEST_SUITE(copies)

BOOST_AUTO_TEST_CASE(what_was_not_read_before_a_file_was_cut_off_is_read_from_the_copy_first) {
  for (const auto* copy : {"a.log.1", "a.log-20240101", "a.log.copy"}) {
    const auto directory = scratch_directory{};
    append(directory / "a.log", "one\n");
    auto tail = resumed_tail{directory, "a.log"};
    tail.run();
    append(directory / "a.log", "two\nthree\n");
    copy_and_cut_off(directory / "a.log", directory / copy);
    append(directory / "a.log", "four\n");
    tail.run();
    BOOST_TEST(tail.take_safe() == (lines{"one", "two", "three", "four"}), per_element());
    BOOST_TEST(tail.tail->take_complaints().empty());
    tail.restart();
    tail.run_for(3s);
    BOOST_TEST(tail.take_safe().empty());
  }
}

BOOST_AUTO_TEST_CASE(what_was_cut_off_more_than_once_between_two_looks_is_in_all_copies) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\n");
  auto tail = resumed_tail{directory, "a.log"};
  tail.run();
  append(path, "two\n");
  copy_and_cut_off(path, path + ".1");
  append(path, "three\n");
  rename(path + ".1", path + ".2");
  append_later(path + ".1", "three\n", path + ".2");
  write(path, "four\n");
  tail.run();
  BOOST_TEST(tail.take_safe() == (lines{"one", "two", "three", "four"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_kill_while_a_copy_is_read_loses_and_repeats_nothing) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "a first line that is long enough to tell copies apart\n");
  auto tail = resumed_tail{directory, "a.log"};
  tail.run();
  append(directory / "a.log", "two\nthree\n");
  copy_and_cut_off(directory / "a.log", directory / "a.log.1");
  append(directory / "a.log", "four\n");
  tail.read(1);
  tail.kill([] { return resumed_tail::fate::lost; });
  tail.run_for(1s);
  BOOST_TEST(sorted(tail.take_safe()).size() == 4U);
  BOOST_TEST(tail.put_again == 0U);
}

BOOST_AUTO_TEST_CASE(a_copy_that_was_read_whole_is_not_read_again) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "banner\n0\n");
  auto tail = resumed_tail{directory, "a.log"};
  tail.run();
  for (const auto* number : {"1", "2", "3"}) {
    copy_and_cut_off(directory / "a.log", (directory / "a.log.") + number);
    append(directory / "a.log", std::string{"banner\n"} + number + "\n");
    tail.run();
  }
  BOOST_TEST(sorted(tail.take_safe()) == (lines{"0", "1", "2", "3", "banner", "banner", "banner", "banner"}),
             per_element());
  BOOST_TEST(tail.tail->take_complaints().empty());
}

BOOST_AUTO_TEST_CASE(what_is_lost_because_there_is_no_copy_is_told) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\n");
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(directory / "a.log", "half a li");
  BOOST_TEST(tail.read().empty());
  append(directory / "a.log.1.gz", "packed");
  write(directory / "a.log", "new\n");
  BOOST_TEST(tail.read() == lines{"new"}, per_element());
  BOOST_TEST_REQUIRE(tail.complaints.size() == 1U);
  BOOST_TEST(tail.complaints[0].find("9 bytes that had not been read are lost") != std::string::npos);
  BOOST_TEST(tail.tail->summary() == "1 files, 9B lost when they were cut off");
}

BOOST_AUTO_TEST_SUITE_END()
