#include "tests/runtime/tail/resume_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::test_tools::per_element;

namespace {

/// All lines, through kills after each block of which every second is lost.
auto read_with_kills(const scratch_directory& directory, std::size_t line_bytes_max = 1 << 20) -> lines {
  auto tail = resumed_tail{directory, "*.log"};
  tail.options.line_bytes_max = line_bytes_max;
  for (auto round = 0; round < 40; ++round) {
    tail.read(2, 64);
    auto is_first = true;
    tail.kill([&] { return std::exchange(is_first, false) == (round % 2 == 0) ? resumed_tail::fate::safe : resumed_tail::fate::lost; });
  }
  tail.run();
  BOOST_TEST(tail.put_again == 0U);
  return sorted(tail.take_safe());
}

void append_hole(const std::string& path, std::uint64_t size) {
  std::filesystem::resize_file(path, std::filesystem::file_size(path) + size);
}

} // namespace

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(a_byte_order_mark_at_the_very_beginning_is_no_text) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "\xef\xbb\xbf" "first\n\xef\xbb\xbf" "second\n");
  append(directory / "b.log", "\xef\xbb\xbf");
  const auto wanted = lines{"first", "\xef\xbb\xbf" "second"};
  auto tail = tail_harness{directory, "*.log"};
  BOOST_TEST(tail.read() == wanted, per_element());
  BOOST_TEST(tail.coverage_is_gapless);
  append(directory / "b.log", "line\n");
  BOOST_TEST(tail.read() == lines{"line"}, per_element());
  tail.start();
  BOOST_TEST(tail.read().empty());
  BOOST_TEST(read_with_kills(directory) == sorted({"line", wanted[0], wanted[1]}), per_element());
}

BOOST_AUTO_TEST_CASE(the_mark_of_utf_16_says_in_which_units_lines_end) {
  const auto directory = scratch_directory{};
  // U+0A0A has both bytes of a line end in it, and U+0A00 those of one and the next half.
  append(directory / "a.log", "\xff\xfe" "a\0\x0a\x0a\r\0\n\0" "b\0"s);
  append(directory / "b.log", "\xfe\xff" "\0a\x0a\x0a\0\r\0\n" "\0b\0\n"s);
  auto options = tail_options{};
  options.paths = {directory / "*.log"};
  auto time = manual_clock{};
  auto tail = tailer{options, time};
  BOOST_TEST_REQUIRE(bool(tail.open({})));
  auto found = std::map<text_unit, std::vector<std::string>>{};
  for (auto end = 0; end < 2;) {
    const auto block = tail.next(1 << 20);
    if (!block) break;
    for_each_line(block->bytes, block->is_cut, 1 << 20, [&](std::string_view line) { found[block->unit].emplace_back(line); },
                  block->unit);
  }
  BOOST_TEST((found[text_unit::little_pair] == lines{"a\0\x0a\x0a"s}));
  BOOST_TEST((found[text_unit::big_pair] == lines{"\0a\x0a\x0a"s, "\0b"s}));
}

BOOST_AUTO_TEST_CASE(a_hole_before_a_line_is_skipped_and_told) {
  for (const auto size : {std::uint64_t{1}, std::uint64_t{792}, std::uint64_t{8} << 20U, std::uint64_t{10} << 30U}) {
    const auto directory = scratch_directory{};
    append(directory / "a.log", "");
    append_hole(directory / "a.log", size);
    append(directory / "a.log", "first\n");
    append(directory / "a.log", std::string(hole_bytes_min, '\0') + "second\n");
    append(directory / "a.log", "\0third\n"s);
    auto tail = tail_harness{directory, "a.log"};
    const auto wanted = lines{"first", "second", "\0third"s};
    BOOST_TEST(tail.read() == wanted, per_element());
    BOOST_TEST(tail.coverage_is_gapless);
    BOOST_TEST(tail.complaints.size() == 1U);
    tail.start();
    BOOST_TEST(tail.read().empty());
    BOOST_TEST(read_with_kills(directory) == sorted(wanted), per_element());
  }
}

BOOST_AUTO_TEST_CASE(zeros_that_are_written_one_by_one_are_passed_in_turns) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", std::string(40 << 20, '\0') + "behind\n");
  append(directory / "b.log", "other\n");
  auto tail = tail_harness{directory, "*.log"};
  auto got = lines{};
  for (int i = 0; i < 10 && got.size() < 2; ++i)
    for (auto& line : tail.read()) got.push_back(std::move(line));
  BOOST_TEST(got == (lines{"other", "behind"}), per_element());
}

BOOST_AUTO_TEST_CASE(room_that_is_made_in_advance_is_no_hole) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\n");
  append_hole(directory / "a.log", 1 << 20);
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read_for(1s) == lines{"one"}, per_element());
  auto writer = std::fstream{directory / "a.log", std::ios::in | std::ios::out};
  writer.seekp(4);
  writer << "two\nthree\n" << std::flush;
  const auto written = std::filesystem::last_write_time(directory / "a.log");
  std::filesystem::last_write_time(directory / "a.log", written + 1s);
  BOOST_TEST(tail.read_for(1s) == (lines{"two", "three"}), per_element());
  writer.close();
  tail.options.once = true;
  tail.start();
  BOOST_TEST(tail.read().empty());
  BOOST_TEST(tail.tail->is_finished());
  tail.options.once = false;
  tail.start();
  tail.read();
  std::filesystem::remove(directory / "a.log");
  BOOST_TEST(tail.read_for(3s).empty());
  BOOST_TEST(tail.tail->summary().starts_with("0 files"), tail.tail->summary());
}

BOOST_AUTO_TEST_CASE(no_character_is_cut_in_two_where_a_long_line_is_split) {
  auto line = std::string{};
  for (int i = 0; i < 300; ++i) line += i % 3 == 0 ? "\xc3\xa4" : i % 3 == 1 ? "\xe2\x82\xac" : "\xf0\x9f\x98\x80";
  for (const auto size : {4U, 5U, 7U, 16U, 64U}) {
    const auto directory = scratch_directory{};
    append(directory / "a.log", line);
    auto tail = tail_harness{directory, "a.log"};
    tail.options.line_bytes_max = size;
    auto pieces = tail.read();
    append(directory / "a.log", "\n");
    for (auto& piece : tail.read()) pieces.push_back(std::move(piece));
    auto whole = std::string{};
    for (const auto& piece : pieces) {
      BOOST_TEST(piece.size() <= size);
      BOOST_TEST((static_cast<unsigned char>(piece.front()) & 0xc0U) != 0x80U);
      whole += piece;
    }
    BOOST_TEST((whole == line));
    BOOST_TEST(read_with_kills(directory, size) == sorted(pieces), per_element());
  }
}

BOOST_AUTO_TEST_CASE(pieces_of_what_is_no_utf_8_are_as_long_as_they_may_be) {
  BOOST_TEST(whole_characters("\x80\x80\x80\x80\x80\x80\x80\x80", 5) == 5U);
  BOOST_TEST(whole_characters("abcdef", 3) == 3U);
  BOOST_TEST(whole_characters("abc", 3) == 3U);
  BOOST_TEST(whole_characters("ab\xc3\xa4", 3) == 2U);
  BOOST_TEST(whole_characters("\xf0\x9f\x98\x80", 3) == 3U);
  BOOST_TEST(whole_characters("a\xff\x80\x80\x80", 4) == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
