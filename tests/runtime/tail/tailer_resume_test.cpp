#include "tests/runtime/tail/resume_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

using fate = resumed_tail::fate;

/// `fates` one after the other, then lost.
auto in_turn(std::vector<fate> fates) -> std::function<fate()> {
  return [fates = std::move(fates), next = std::size_t{0}]() mutable {
    return next < fates.size() ? fates[next++] : fate::lost;
  };
}

auto numbered(int from, int to) -> lines {
  auto all = lines{};
  for (auto i = from; i < to; ++i) all.push_back("line " + std::to_string(i));
  return all;
}

auto text_of(const lines& all) -> std::string {
  auto text = std::string{};
  for (const auto& line : all) text += line + "\n";
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(resuming)

BOOST_AUTO_TEST_CASE(what_died_on_its_way_is_read_again_and_nothing_else) {
  for (auto lost = 0U; lost < 32; ++lost) {
    const auto directory = scratch_directory{};
    append(directory / "a.log", "one\ntwo\nthree\nfour\nfive\n");
    auto tail = resumed_tail{directory, "a.log"};
    tail.read(5, 1);
    BOOST_TEST_REQUIRE(tail.under_way.size() == 5U);
    tail.kill([bit = 0U, lost]() mutable { return (lost >> bit++ & 1U) != 0 ? fate::lost : fate::safe; });
    append(directory / "a.log", "six\n");
    tail.read(SIZE_MAX, 1);
    tail.settle();
    BOOST_TEST(sorted(tail.safe) == (lines{"five", "four", "one", "six", "three", "two"}), per_element());
    BOOST_TEST(tail.put_again == 0U);
    BOOST_TEST(tail.streams() == 1U);
    tail.restart();
    tail.run();
    BOOST_TEST(tail.safe.size() == 6U);
  }
}

/// Nobody was told of it, but what the process had handed on comes in later: it must have the same name.
BOOST_AUTO_TEST_CASE(a_young_file_is_called_the_same_by_a_process_that_knows_nothing_of_it) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\nhalf a li");
  auto tail = resumed_tail{directory, "*.log"};
  tail.read();
  BOOST_TEST_REQUIRE(tail.under_way.size() == 1U);
  const auto before = tail.under_way.front().positions.back();
  BOOST_TEST_REQUIRE(is_stream(before.stream));
  tail.kill();
  append(directory / "a.log", "ne\nthree\n");
  rename(directory / "a.log", directory / "b.log");
  tail.read();
  BOOST_TEST(tail.under_way.back().positions.back().stream == before.stream);
}

/// Of a stream whose witness was lost the positions count all the same, and the witness is told again.
BOOST_AUTO_TEST_CASE(a_stream_without_its_witness_goes_on) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\ntwo\n");
  auto tail = resumed_tail{directory, "*.log"};
  tail.read(2, 1);
  tail.kill(in_turn({fate::lost, fate::safe}));
  append(directory / "a.log", "three\n");
  tail.read();
  auto witnesses = std::size_t{0};
  for (const auto& chunk : tail.under_way)
    for (const auto& p : chunk.positions) witnesses += is_stream(p.stream) ? 0U : 1U;
  BOOST_TEST(witnesses == 1U);
  tail.run();
  BOOST_TEST(sorted(tail.safe) == (lines{"one", "three", "two"}), per_element());
}

BOOST_AUTO_TEST_CASE(what_only_some_receivers_have_comes_again) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", text_of(numbered(0, 6)));
  auto tail = resumed_tail{directory, "a.log"};
  tail.read(6, 1);
  tail.kill(in_turn({fate::safe, fate::elsewhere, fate::lost, fate::elsewhere, fate::safe, fate::elsewhere}));
  append(directory / "a.log", text_of(numbered(6, 9)));
  tail.read();
  BOOST_TEST(tail.nothing_straddles);
  BOOST_TEST(tail.put_again == 0U);
  tail.settle();
  BOOST_TEST(sorted(tail.safe) == numbered(0, 9), per_element());
}

BOOST_AUTO_TEST_CASE(pieces_of_an_overlong_line_resume_in_its_middle) {
  const auto directory = scratch_directory{};
  auto text = std::string{};
  for (auto i = 0; i < 10; ++i) text += std::string(15, static_cast<char>('a' + i)) + (i < 9 ? "\r" : "\n");
  append(directory / "a.log", text + "next\n");
  for (auto lost = 0U; lost < 64; ++lost) {
    auto tail = resumed_tail{directory, "a.log"};
    tail.options.line_bytes_max = 16;
    tail.read(SIZE_MAX, 1);
    tail.kill(
        [bit = 0U, lost]() mutable { return (lost >> (bit++ % 6) & 1U) != 0 ? fate::lost : fate::safe; });
    tail.run();
    auto bytes = std::size_t{0};
    for (const auto& line : tail.safe) bytes += line.size();
    BOOST_TEST(bytes == text.size() - 1 + 4);
    BOOST_TEST(tail.safe.size() == 11U);
    BOOST_TEST(tail.put_again == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_partial_line_at_the_moment_of_death_comes_whole) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\ntw");
  auto tail = resumed_tail{directory, "a.log"};
  tail.run();
  tail.kill();
  tail.run();
  append(directory / "a.log", "o\nthr");
  tail.kill();
  append(directory / "a.log", "ee\n");
  tail.run();
  BOOST_TEST(tail.safe == (lines{"one", "two", "three"}), per_element());
}

BOOST_AUTO_TEST_CASE(holes_of_a_file_that_was_rotated_meanwhile_are_read_before_its_successor) {
  for (const auto* pattern : {"a.log", "a.log*"}) {
    const auto directory = scratch_directory{};
    const auto path = directory / "a.log";
    append(path, "one\ntwo\nthree\n");
    auto tail = resumed_tail{directory, pattern};
    tail.read(3, 1);
    tail.kill(in_turn({fate::safe, fate::lost, fate::safe}));
    append(path, "four\n");
    rename(path, path + ".1");
    append(path, "five\n");
    tail.run();
    BOOST_TEST(tail.safe == (lines{"one", "three", "two", "four", "five"}), per_element());
    tail.restart();
    tail.run_for(2s);
    BOOST_TEST(tail.safe.size() == 5U);
  }
}

BOOST_AUTO_TEST_CASE(files_that_came_and_went_before_anything_of_them_was_safe_are_found_but_no_copies) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(directory / "a.log.0", "rotated before we came\n");
  append_later(path, "one\n", path + ".0");
  auto tail = resumed_tail{directory, "a.log"};
  tail.run();
  rename(path, path + ".1");
  append_later(path, "two\n", path + ".1");
  tail.read();
  tail.kill();
  std::filesystem::copy_file(path + ".1", path + ".copy");
  append(directory / "a.log.gz", "packed\n");
  append(directory / "b.log.1", "somebody else's\n");
  rename(path, path + ".2");
  append_later(path, "three\n", path + ".2");
  rename(path, path + ".3");
  append_later(path, "four\n", path + ".3");
  append(path + ".later", "no log\n");
  tail.run_for(2s);
  tail.restart();
  tail.run_for(2s);
  BOOST_TEST(tail.safe == (lines{"one", "two", "three", "four"}), per_element());
}

BOOST_AUTO_TEST_CASE(two_rotations_while_away_keep_the_order) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\n");
  auto tail = resumed_tail{directory, "a.log*"};
  tail.run();
  tail.kill();
  append(path, "two\n");
  rename(path, path + ".1");
  append(path, "three\n");
  rename(path + ".1", path + ".2");
  rename(path, path + ".1");
  append(path, "four\n");
  tail.run();
  BOOST_TEST(sorted(tail.safe) == (lines{"four", "one", "three", "two"}), per_element());
}

BOOST_AUTO_TEST_CASE(content_cut_off_while_away_is_read_from_its_beginning_however_long_it_is) {
  for (const auto* fresh :
       {"", "x\n", "111\n", "one!\n", "new and much longer than the old one was\nmore\n"}) {
    const auto directory = scratch_directory{};
    append(directory / "a.log", "one\ntwo\n");
    auto tail = resumed_tail{directory, "a.log"};
    tail.run();
    BOOST_TEST(tail.take_safe().size() == 2U);
    tail.kill();
    write(directory / "a.log", fresh);
    tail.run();
    append(directory / "a.log", "after\n");
    tail.run();
    tail.restart();
    tail.run();
    auto text = std::string{fresh};
    BOOST_TEST(text_of(tail.safe) == text + "after\n");
    BOOST_TEST(tail.streams() <= 2U); // with a witness
  }
}

BOOST_AUTO_TEST_CASE(content_that_was_cut_off_and_begins_with_the_same_banner_is_seen) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "banner\n");
  auto tail = resumed_tail{directory, "a.log"};
  tail.run();
  append(directory / "a.log", text_of(numbered(0, 30)));
  tail.run();
  append(directory / "a.log", text_of(numbered(30, 60)));
  tail.run();
  tail.kill();
  write(directory / "a.log", "banner\n" + text_of(numbered(100, 200)));
  tail.run();
  tail.restart();
  tail.run();
  auto expected = lines{"banner"};
  for (const auto& part : {numbered(0, 60), lines{"banner"}, numbered(100, 200)})
    expected.insert(expected.end(), part.begin(), part.end());
  BOOST_TEST(tail.safe == expected, per_element());
}

BOOST_AUTO_TEST_CASE(what_was_written_before_a_file_was_copied_and_cut_off_is_found_in_the_copy) {
  for (const auto* pattern : {"a.log", "a.log*"}) {
    const auto directory = scratch_directory{};
    const auto path = directory / "a.log";
    append(path, text_of(numbered(0, 20)));
    auto tail = resumed_tail{directory, pattern};
    tail.read(3, 40);
    tail.kill(in_turn({fate::safe, fate::lost, fate::safe}));
    append(path, text_of(numbered(20, 40)));
    write(path + ".1", text_of(numbered(50, 90))); // another one, older
    std::filesystem::copy_file(path, path + ".2");
    write(path, text_of(numbered(100, 110)));
    tail.read(2, 40);
    tail.kill(in_turn({fate::lost, fate::safe}));
    tail.run_for(2s);
    tail.restart();
    append(path, "line 110\n");
    tail.run_for(2s);
    auto expected = numbered(0, 40);
    if (std::string_view{pattern}.ends_with('*'))
      for (const auto& line : numbered(50, 90)) expected.push_back(line);
    for (const auto& line : numbered(100, 111)) expected.push_back(line);
    BOOST_TEST(sorted(tail.safe) == sorted(expected), per_element());
  }
}

BOOST_AUTO_TEST_CASE(what_was_copied_and_cut_off_more_than_once_while_away_is_found_in_all_copies) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, text_of(numbered(0, 20)));
  auto tail = resumed_tail{directory, "a.log"};
  tail.run();
  std::filesystem::copy_file(path, path + ".3"); // cut off while we read: seen
  write(path, "");
  append(path, text_of(numbered(20, 40)));
  tail.run_for(2s);
  tail.kill();
  append_later(path + ".2", "", path + ".3");
  append(path + ".2", text_of(numbered(20, 50)));
  append_later(path + ".1", text_of(numbered(50, 60)), path + ".2");
  write(path, text_of(numbered(60, 70)));
  append_later(path + ".bak", text_of(numbered(60, 70)), path + ".1"); // what still is there
  tail.run_for(2s);
  tail.restart();
  tail.run_for(2s);
  BOOST_TEST(tail.safe == numbered(0, 70), per_element());
}

BOOST_AUTO_TEST_CASE(content_cut_off_while_holes_are_open_ends_with_them) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\ntwo\nthree\n");
  auto tail = resumed_tail{directory, "a.log"};
  tail.read(3, 1);
  tail.kill(in_turn({fate::safe, fate::lost, fate::safe}));
  write(directory / "a.log", "one\ntwo\n"); // shorter than what is safe of it
  tail.run();
  BOOST_TEST(tail.safe == (lines{"one", "three", "one", "two"}), per_element());
}

BOOST_AUTO_TEST_CASE(content_cut_off_while_running_repeats_nothing) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\ntwo\n");
  auto tail = resumed_tail{directory, "a.log"};
  tail.run();
  write(directory / "a.log", "three\n");
  tail.run();
  tail.restart();
  append(directory / "a.log", "four\n");
  tail.run();
  BOOST_TEST(tail.safe == (lines{"one", "two", "three", "four"}), per_element());
  BOOST_TEST(tail.streams() == 1U);
}

BOOST_AUTO_TEST_CASE(a_start_at_the_end_is_about_the_first_start_only) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "old\n");
  auto tail = resumed_tail{directory, "*.log"};
  tail.options.from_end = true;
  tail.run();
  tail.kill();
  append(directory / "a.log", "one\n");
  append(directory / "b.log", "two\n");
  tail.run();
  BOOST_TEST(sorted(tail.safe) == (lines{"one", "two"}), per_element());
}

BOOST_AUTO_TEST_CASE(what_was_there_before_a_start_at_the_end_is_no_hole) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "old\n");
  auto tail = resumed_tail{directory, "*.log"};
  tail.options.from_end = true;
  tail.read();
  tail.clock.advance(10s); // whoever has to know of it is silent
  append(directory / "a.log", "one\n");
  tail.read();
  append(directory / "a.log", "two\n");
  tail.read();
  // The first position is lost with all that came at once; a later one is safe.
  tail.kill(in_turn({fate::lost, fate::safe}));
  tail.run();
  BOOST_TEST(tail.safe == (lines{"two", "one"}), per_element());
}

BOOST_AUTO_TEST_CASE(after_a_start_at_the_end_a_successor_of_a_file_that_is_gone_is_read_whole) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "old\n");
  auto tail = resumed_tail{directory, "*.log"};
  tail.options.from_end = true;
  tail.run();
  std::filesystem::remove(directory / "a.log");
  tail.run_for(2s);
  tail.kill();
  append(directory / "a.log", "new\n");
  tail.run();
  BOOST_TEST(tail.safe == lines{"new"}, per_element());
}

BOOST_AUTO_TEST_CASE(another_file_with_the_same_number_and_the_same_first_line_is_another_file) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  auto tail = resumed_tail{directory, "a.log"};
  auto expected = lines{};
  auto reused = 0;
  auto before = file_stat{};
  for (auto i = 0; i < 50; ++i) {
    append(path, "banner\n");
    tail.run();
    append(path, "and more of round " + std::to_string(i) + "\n");
    tail.run();
    tail.kill();
    std::filesystem::remove(path);
    append(path, "banner\nsomething longer than what was there before\n");
    auto status = file_stat{};
    BOOST_TEST(stat_path(path, status) == 0);
    reused += status.key.inode == before.key.inode ? 1 : 0;
    before = status;
    tail.run();
    std::filesystem::remove(path);
    tail.run_for(1s);
    BOOST_TEST(tail.take_safe()
                   == (lines{"banner", "and more of round " + std::to_string(i), "banner",
                             "something longer than what was there before"}),
               per_element());
  }
  BOOST_TEST_MESSAGE(reused << " of 50 inode numbers were the same as before");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_gone_is_forgotten_by_receivers_but_not_one_that_left_the_pattern) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\n");
  auto tail = resumed_tail{directory, "a.log"};
  tail.run();
  rename(path, directory / "elsewhere");
  tail.run_for(2s);
  BOOST_TEST(tail.streams() == 1U);
  append(path, "two\n");
  tail.run();
  BOOST_TEST(tail.streams() == 2U);
  std::filesystem::remove(path);
  tail.run_for(2s);
  BOOST_TEST(tail.streams() == 1U);
  rename(directory / "elsewhere", path);
  append(path, "three\n");
  tail.restart();
  tail.run();
  BOOST_TEST(tail.safe == (lines{"one", "two", "three"}), per_element());
}

BOOST_AUTO_TEST_CASE(rotated_files_that_are_deleted_later_are_forgotten_by_receivers) {
  for (const auto with_restart : {false, true}) {
    const auto directory = scratch_directory{};
    std::filesystem::create_directory(directory / "old");
    const auto path = directory / "a.log";
    auto tail = resumed_tail{directory, "a.log"};
    for (auto i = 0; i < 20; ++i) {
      append(path, "line " + std::to_string(i) + "\n");
      tail.run_for(1s);
      rename(path, directory / (i % 2 == 0 ? "a.log." : "old/a.log.") + std::to_string(i));
    }
    append(path, "line 20\n");
    tail.run_for(2s);
    BOOST_TEST(tail.streams() == 21U);
    if (with_restart) tail.restart();
    for (auto i = 0; i < 20; ++i)
      if (i != 18)
        std::filesystem::remove(directory / (i % 2 == 0 ? "a.log." : "old/a.log.") + std::to_string(i));
    std::filesystem::remove(directory / "old");
    for (auto i = 0; i < 4; ++i) {
      tail.clock.advance(11min);
      tail.run();
    }
    BOOST_TEST(tail.streams() == 2U);
    tail.restart();
    tail.run();
    BOOST_TEST(tail.safe == numbered(0, 21), per_element());
  }
}

BOOST_AUTO_TEST_CASE(once_reads_holes_too) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\ntwo\nthree\nend");
  auto tail = resumed_tail{directory, "a.log"};
  tail.read(3, 1);
  tail.kill(in_turn({fate::safe, fate::lost, fate::safe}));
  tail.options.once = true;
  tail.run();
  BOOST_TEST(tail.safe == (lines{"one", "three", "two", "end"}), per_element());
  BOOST_TEST(tail.tail->is_finished());
}

BOOST_AUTO_TEST_SUITE_END()
