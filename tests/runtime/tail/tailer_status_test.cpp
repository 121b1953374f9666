#include "tests/runtime/tail/tail_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_SUITE(tail_status)

BOOST_AUTO_TEST_CASE(a_pattern_that_leads_to_no_file_is_told_until_it_does) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\n");
  auto tail = tail_harness{directory, "*.log"};
  tail.options.paths.push_back(directory / "{b,c}.txt");
  tail.read();
  const auto missing = "\"" + directory / "{b,c}.txt" + "\": no file matches";
  BOOST_TEST(tail.tail->problems() == (lines{missing}), per_element());
  BOOST_TEST(tail.complaints == (lines{missing}), per_element());
  append(directory / "c.txt", "two\n");
  BOOST_TEST(tail.read() == (lines{"two"}), per_element());
  BOOST_TEST(tail.tail->problems().empty());
  std::filesystem::remove(directory / "c.txt");
  tail.read_for(20s);
  BOOST_TEST(tail.tail->problems() == (lines{missing}), per_element());
  BOOST_TEST(tail.complaints.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_looked_at_is_told_until_it_can) {
  const auto directory = scratch_directory{};
  std::filesystem::create_symlink("a.log", directory / "a.log");
  auto tail = tail_harness{directory, "*.log"};
  tail.read();
  BOOST_TEST_REQUIRE(tail.tail->problems().size() == 2U);
  BOOST_TEST(tail.tail->problems().front()
             == "\"" + directory / "a.log" + "\": " + describe_errno(ELOOP));
  std::filesystem::remove(directory / "a.log");
  append(directory / "a.log", "one\n");
  BOOST_TEST(tail.read_for(11s) == (lines{"one"}), per_element());
  BOOST_TEST(tail.tail->problems().empty());
}

BOOST_AUTO_TEST_CASE(the_figures_of_files_say_what_is_unread_also_while_nobody_reads) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\ntw");
  append(directory / "b.log", "one\n");
  auto tail = tail_harness{directory, "*.log"};
  tail.read();
  auto list = tail.tail->figures(1000);
  BOOST_TEST(list.count == 2U);
  BOOST_TEST(list.unread_bytes == 2U);
  BOOST_TEST_REQUIRE(list.shown.size() == 2U);
  BOOST_TEST(list.shown[0].path == directory / "a.log");
  BOOST_TEST(list.shown[0].offset == 4U);
  BOOST_TEST(list.shown[0].size == 6U);
  BOOST_TEST(list.shown[0].read_ns == tail.clock.wall_ns());
  BOOST_TEST(list.shown[0].problem == "");
  append(directory / "b.log", std::string(99, 'x') + "\n");
  tail.tail->look();
  list = tail.tail->figures(1000);
  BOOST_TEST(list.unread_bytes == 102U);
  BOOST_TEST(list.shown[0].path == directory / "b.log");
  BOOST_TEST(list.shown[0].unread_bytes == 100U);
  BOOST_TEST(tail.read().size() == 1U);
  BOOST_TEST(tail.tail->figures(1000).unread_bytes == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
