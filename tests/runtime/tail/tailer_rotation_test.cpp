#include "tests/runtime/tail/tail_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

auto failing_reads = false;
auto reads = std::size_t{0};

} // namespace

/// Stands in for that of the C library in this program.
extern "C" auto pread(int fd, void* out, std::size_t size, off_t offset) -> ssize_t {
  ++reads;
  if (!failing_reads) return ::syscall(SYS_pread64, fd, out, size, offset);
  errno = EIO;
  return -1;
}

BOOST_AUTO_TEST_SUITE(rotation)

BOOST_AUTO_TEST_CASE(a_renamed_file_is_read_to_its_end_before_its_successor) {
  for (const auto* pattern : {"a.log", "a.log*"}) {
    const auto directory = scratch_directory{};
    const auto path = directory / "a.log";
    append(path, "one\n");
    auto tail = tail_harness{directory, pattern};
    BOOST_TEST(tail.read() == lines{"one"}, per_element());
    append(path, "two\n");
    rename(path, path + ".1");
    append(path, "four\n");
    append(path + ".1", "three\n");
    BOOST_TEST(tail.read() == (lines{"two", "three", "four"}), per_element());
    append(path + ".1", "late\n");
    append(path, "five\n");
    auto got = tail.read();
    std::sort(got.begin(), got.end());
    BOOST_TEST(got == (lines{"five", "late"}), per_element());
    BOOST_TEST(tail.tags == lines(tail.tags.size(), "a.log"), per_element());
    BOOST_TEST(tail.coverage_is_gapless);
  }
}

BOOST_AUTO_TEST_CASE(files_that_come_and_are_rotated_away_between_two_looks_are_read) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "first\n");
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read() == lines{"first"}, per_element());
  auto wanted = lines{};
  for (const auto* generation : {"1", "2", "3", "4"}) {
    rename(path, path + "." + generation);
    append(path + "." + generation, std::string{"late "} + generation + "\n");
    append(path, std::string{"new "} + generation + "\n");
    wanted.push_back(std::string{"late "} + generation);
    wanted.push_back(std::string{"new "} + generation);
  }
  auto got = tail.read();
  std::sort(got.begin(), got.end());
  std::sort(wanted.begin(), wanted.end());
  BOOST_TEST(got == wanted, per_element());
  BOOST_TEST(tail.tags == lines(tail.tags.size(), "a.log"), per_element());
}

BOOST_AUTO_TEST_CASE(a_deleted_file_that_cannot_be_read_is_tried_now_and_then) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\n");
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(path, "two\n");
  std::filesystem::remove(path);
  failing_reads = true;
  reads = 0;
  BOOST_TEST(tail.read_for(5s).empty());
  BOOST_TEST(reads > 3U);
  BOOST_TEST(reads < 200U);
  BOOST_TEST(tail.complaints.size() == 1U);
  failing_reads = false;
  BOOST_TEST(tail.read_for(2s) == lines{"two"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_for_a_moment_is_not_taken_for_another) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\n");
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(path, "two\n");
  failing_reads = true;
  BOOST_TEST(tail.read_for(2s).empty());
  tail.start();
  BOOST_TEST(tail.read_for(2s).empty());
  failing_reads = false;
  BOOST_TEST(tail.read_for(20s) == lines{"two"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_long_rest_comes_whole_before_the_first_line_of_the_successor) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\n");
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(path, std::string(1 << 20, '\n'));
  rename(path, path + ".1");
  append(path, "new\n");
  const auto got = tail.read();
  BOOST_TEST(got.size() == (1U << 20) + 1);
  BOOST_TEST(got.back() == "new");
}

BOOST_AUTO_TEST_CASE(a_writer_that_keeps_the_rotated_file_open_is_followed) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  auto writer = std::ofstream{path};
  writer << "one\n" << std::flush;
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  rename(path, path + ".1");
  append(path, "new\n");
  BOOST_TEST(tail.read_for(5s) == lines{"new"}, per_element());
  writer << "old, an hour later\n" << std::flush;
  BOOST_TEST(tail.read() == lines{"old, an hour later"}, per_element());
  writer.close();
  BOOST_TEST(tail.read_for(2s).empty());
  BOOST_TEST(tail.tail->summary() == "1 files");
}

BOOST_AUTO_TEST_CASE(a_rotated_file_is_held_until_its_last_byte_is_acknowledged_and_no_longer) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\ntwo\n");
  auto tail = tail_harness{directory, "a.log"};
  tail.acknowledges = false;
  BOOST_TEST(tail.read().size() == 2U);
  std::filesystem::remove(path);
  BOOST_TEST(tail.read_for(60s).empty());
  BOOST_TEST(tail.tail->summary() == "1 files, 1 rotated");
  const auto stream = tail.positions.rbegin()->first;
  BOOST_TEST_REQUIRE(is_stream(stream));
  auto part = position_range{stream, 0, 4};
  tail.tail->acknowledge({&part, 1});
  BOOST_TEST(tail.tail->summary() == "1 files, 1 rotated");
  part = {stream, 4, 8};
  tail.tail->acknowledge({&part, 1});
  BOOST_TEST(tail.tail->summary() == "0 files");
}

BOOST_AUTO_TEST_CASE(a_deleted_file_gives_all_it_had_even_an_unterminated_line) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\n");
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(path, "two\nthree");
  std::filesystem::remove(path);
  BOOST_TEST(tail.read() == (lines{"two", "three"}), per_element());
  append(path, "another\n");
  BOOST_TEST(tail.read() == lines{"another"}, per_element());
  BOOST_TEST(tail.tail->summary() == "1 files");
}

BOOST_AUTO_TEST_CASE(an_unterminated_end_waits_for_the_other_half_while_somebody_may_write_it) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  auto writer = std::ofstream{path};
  writer << "beg" << std::flush;
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read().empty());
  rename(path, path + ".1");
  BOOST_TEST(tail.read_for(10s).empty()); // no successor yet
  append(path, "new\n");
  BOOST_TEST(tail.read() == lines{"new"}, per_element());
  writer << "un\nre" << std::flush;
  BOOST_TEST(tail.read() == lines{"begun"}, per_element());
  BOOST_TEST(tail.read_for(1min).empty());
  writer << "st\nnever" << std::flush;
  BOOST_TEST(tail.read_for(1min) == lines{"rest"}, per_element());
  writer.close();
  BOOST_TEST(tail.read() == lines{"never"}, per_element());
  BOOST_TEST(tail.coverage_is_gapless);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_cut_off_and_written_anew_is_read_from_its_beginning) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\ntwo\n");
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read().size() == 2U);
  std::filesystem::copy_file(path, path + ".1");
  write(path, "3\n");
  BOOST_TEST(tail.read() == lines{"3"}, per_element());
  write(path, "as long\n");
  BOOST_TEST(tail.read() == lines{"as long"}, per_element());
  write(path, "same len\nand longer than before\n");
  BOOST_TEST(tail.read() == (lines{"same len", "and longer than before"}), per_element());
  write(path, "");
  BOOST_TEST(tail.read().empty());
  append(path, "after\n");
  BOOST_TEST(tail.read() == lines{"after"}, per_element());
  BOOST_TEST(tail.positions.size() == 2U); // with its witness
  BOOST_TEST(tail.ended.size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_link_that_is_swapped_leads_to_the_next_file) {
  const auto directory = scratch_directory{};
  std::filesystem::create_directory(directory / "real");
  append(directory / "real/1", "one\n");
  swap_link("real/1", directory / "current.log");
  auto tail = tail_harness{directory, "*.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(directory / "real/1", "two\n");
  BOOST_TEST(tail.read() == lines{"two"}, per_element());
  append(directory / "real/2", "four\n");
  append(directory / "real/1", "three\n");
  swap_link("real/2", directory / "current.log");
  BOOST_TEST(tail.read() == (lines{"three", "four"}), per_element());
  append(directory / "real/2", "five\n");
  BOOST_TEST(tail.read() == lines{"five"}, per_element());
  swap_link("real/1", directory / "current.log");
  append(directory / "real/1", "back\n");
  BOOST_TEST(tail.read_for(3s) == lines{"back"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_link_whose_target_is_rotated_out_of_sight_is_followed_soon) {
  const auto directory = scratch_directory{};
  std::filesystem::create_directory(directory / "pod");
  append(directory / "pod/0.log", "one\n");
  swap_link("pod/0.log", directory / "app.log");
  auto tail = tail_harness{directory, "*.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(directory / "pod/0.log", "two\n");
  rename(directory / "pod/0.log", directory / "pod/0.log.1");
  append(directory / "pod/0.log", "three\n");
  BOOST_TEST(tail.read_for(200ms) == (lines{"two", "three"}), per_element());
  append(directory / "pod/0.log", "four\n");
  BOOST_TEST(tail.read() == lines{"four"}, per_element());
}

BOOST_AUTO_TEST_CASE(names_of_one_file_are_one_reader) {
  const auto directory = scratch_directory{};
  std::filesystem::create_directory(directory / "out");
  append(directory / "out/real", "one\n");
  std::filesystem::create_hard_link(directory / "out/real", directory / "hard.log");
  std::filesystem::create_hard_link(directory / "out/real", directory / "hard2.log");
  std::filesystem::create_symlink("out/real", directory / "soft.log");
  auto tail = tail_harness{directory, "*.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(directory / "out/real", "by a name that is not watched\n");
  BOOST_TEST(tail.read() == lines{"by a name that is not watched"}, per_element());
  std::filesystem::remove(directory / "hard.log");
  std::filesystem::remove(directory / "soft.log");
  append(directory / "hard2.log", "still there\n");
  BOOST_TEST(tail.read() == lines{"still there"}, per_element());
  BOOST_TEST(tail.tail->summary() == "1 files");
}

BOOST_AUTO_TEST_CASE(reused_inode_numbers_are_other_files) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  auto tail = tail_harness{directory, "a.log"};
  tail.start();
  auto inodes = std::map<std::uint64_t, int>{};
  for (int i = 0; i < 200; ++i) {
    // Two files in a row may have the same number, size and tick of the clock.
    append(path, "line " + std::to_string(1000 + i) + "\n");
    auto status = file_stat{};
    BOOST_TEST(stat_path(path, status) == 0);
    ++inodes[status.key.inode];
    BOOST_TEST(tail.read() == lines{"line " + std::to_string(1000 + i)}, per_element());
    std::filesystem::remove(path);
    tail.read();
  }
  BOOST_TEST_MESSAGE(inodes.size() << " inode numbers for 200 files");
}

BOOST_AUTO_TEST_CASE(a_restart_finds_rotated_files_by_whatever_name_and_reads_their_rest_first) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\n");
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(path, "two\n");
  rename(path, directory / "elsewhere");
  append(path, "three\n");
  tail.start();
  BOOST_TEST(tail.read() == (lines{"two", "three"}), per_element());
  BOOST_TEST(tail.tags.at(1) == "a.log");
  BOOST_TEST(tail.read_for(3s).empty());
  BOOST_TEST(tail.tail->summary() == "1 files");
  tail.start();
  BOOST_TEST(tail.read_for(3s).empty());
}

BOOST_AUTO_TEST_CASE(a_restart_notices_content_that_was_replaced_meanwhile) {
  const auto directory = scratch_directory{};
  append(directory / "shorter.log", "one\ntwo\n");
  append(directory / "longer.log", "one\n");
  append(directory / "same.log", "one\n");
  auto tail = tail_harness{directory, "*.log"};
  BOOST_TEST(tail.read().size() == 4U);
  write(directory / "shorter.log", "s\n");
  write(directory / "longer.log", "longer than before\n");
  append(directory / "same.log", "more\n");
  for (int i = 0; i < 2; ++i) {
    tail.start();
    auto got = tail.read();
    std::sort(got.begin(), got.end());
    if (i == 0)
      BOOST_TEST(got == (lines{"longer than before", "more", "s"}), per_element());
    else
      BOOST_TEST(got.empty());
  }
}

BOOST_AUTO_TEST_CASE(rotation_between_two_looks_many_times_over_loses_nothing_that_still_exists) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "0\n");
  auto tail = tail_harness{directory, "a.log*"};
  BOOST_TEST(tail.read().size() == 1U);
  auto expected = lines{};
  for (int i = 1; i <= 9; ++i) {
    for (int j = i; j > 0; --j)
      if (std::filesystem::exists(path + "." + std::to_string(j)))
        rename(path + "." + std::to_string(j), path + "." + std::to_string(j + 1));
    rename(path, path + ".1");
    append(path, std::to_string(i) + "\n");
    expected.push_back(std::to_string(i));
  }
  auto got = tail.read();
  std::sort(got.begin(), got.end());
  BOOST_TEST(got == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_directory_that_moves_takes_its_files_along) {
  const auto directory = scratch_directory{};
  std::filesystem::create_directory(directory / "app");
  append(directory / "app/a.log", "one\n");
  auto tail = tail_harness{directory, "*/*.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(directory / "app/a.log", "two\n");
  rename(directory / "app", directory / "moved");
  std::filesystem::create_directory(directory / "app");
  append(directory / "app/a.log", "three\n");
  auto got = tail.read_for(1s);
  std::sort(got.begin(), got.end());
  BOOST_TEST(got == (lines{"three", "two"}), per_element());
  append(directory / "moved/a.log", "four\n");
  append(directory / "app/a.log", "five\n");
  got = tail.read();
  std::sort(got.begin(), got.end());
  BOOST_TEST(got == (lines{"five", "four"}), per_element());
}

BOOST_AUTO_TEST_SUITE_END()
