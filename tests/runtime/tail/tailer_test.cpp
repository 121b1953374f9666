#include "tests/runtime/tail/tail_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>
#include <sys/stat.h>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_SUITE(tailing)

BOOST_AUTO_TEST_CASE(lines_arrive_as_they_are_written_and_a_partial_one_is_held) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\ntwo\nthr");
  auto tail = tail_harness{directory, "*.log"};
  BOOST_TEST(tail.read() == (lines{"one", "two"}), per_element());
  append(directory / "a.log", "ee\nfour\n");
  BOOST_TEST(tail.read() == (lines{"three", "four"}), per_element());
  BOOST_TEST(tail.read().empty());
  BOOST_TEST(tail.coverage_is_gapless);
}

BOOST_AUTO_TEST_CASE(bytes_are_kept_as_they_are_but_for_the_line_ending) {
  const auto directory = scratch_directory{};
  using namespace std::string_literals;
  append(directory / "a.log", "crlf\r\nlone\rcr\n\n\r\n\xff\xfe bad\n"s + "nul\0in\0side\n"s + "two\r\r\n");
  auto tail = tail_harness{directory, "a.log"};
  BOOST_TEST(tail.read() == (lines{"crlf", "lone\rcr", "", "", "\xff\xfe bad", "nul\0in\0side"s, "two\r"}),
             per_element());
}

BOOST_AUTO_TEST_CASE(files_that_appear_are_read_from_the_beginning_even_if_started_at_the_end) {
  const auto directory = scratch_directory{};
  append(directory / "old.log", "before\nbegun");
  auto tail = tail_harness{directory, "*.log"};
  tail.options.from_end = true;
  BOOST_TEST(tail.read().empty());
  append(directory / "old.log", " and ended\nnext\n");
  append(directory / "new.log", "fresh\n");
  auto got = tail.read();
  std::sort(got.begin(), got.end());
  BOOST_TEST(got == (lines{"begun and ended", "fresh", "next"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_start_at_the_end_survives_a_restart_before_the_first_line) {
  const auto directory = scratch_directory{};
  append(directory / "old.log", "before\n");
  auto tail = tail_harness{directory, "*.log"};
  tail.options.from_end = true;
  BOOST_TEST(tail.read().empty());
  append(directory / "old.log", "while away\n");
  tail.start();
  BOOST_TEST(tail.read() == lines{"while away"}, per_element());
}

BOOST_AUTO_TEST_CASE(once_reads_everything_with_the_unterminated_end_and_finishes) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\ntwo\r\nend");
  append(directory / "b.log", "");
  append(directory / "c.log", "only");
  auto tail = tail_harness{directory, "*.log"};
  tail.options.once = true;
  auto got = tail.read();
  std::sort(got.begin(), got.end());
  BOOST_TEST(got == (lines{"end", "one", "only", "two"}), per_element());
  BOOST_TEST(tail.tail->is_finished());
}

BOOST_AUTO_TEST_CASE(lines_longer_than_allowed_come_in_pieces_and_nothing_is_lost) {
  for (const auto* ending : {"\n", "\r\n"}) {
    for (auto size = std::size_t{1}; size < 70; ++size) {
      const auto directory = scratch_directory{};
      auto text = std::string{};
      for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
      append(directory / "a.log", text + ending + "next\n");
      auto tail = tail_harness{directory, "a.log"};
      tail.options.line_bytes_max = 16;
      const auto want = size % 3 == 0 ? std::size_t{5} : block_reader::block_bytes;
      auto expected = lines{};
      for (auto at = std::size_t{0}; at < size; at += 16) expected.push_back(text.substr(at, 16));
      expected.emplace_back("next");
      BOOST_TEST(tail.read(want) == expected, per_element());
      BOOST_TEST(tail.complaints.size() == (size > 16 ? 1U : 0U));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_a_block_is_whole_and_an_endless_one_takes_bounded_memory) {
  const auto directory = scratch_directory{};
  const auto large = std::string(1'000'000, 'x');
  append(directory / "a.log", large + "\nshort\n" + std::string(3'000'000, 'y'));
  auto tail = tail_harness{directory, "a.log"};
  const auto got = tail.read();
  BOOST_REQUIRE(got.size() == 4U);
  BOOST_TEST((got[0] == large));
  BOOST_TEST(got[1] == "short");
  BOOST_TEST(got[2].size() == std::size_t{1 << 20});
  BOOST_TEST(got[3].size() == std::size_t{1 << 20});
  BOOST_TEST(tail.blocks_are_bounded);
  append(directory / "a.log", "\n");
  const auto rest = tail.read();
  BOOST_TEST(got[2].size() + got[3].size() + rest.at(0).size() == 3'000'000U);
}

BOOST_AUTO_TEST_CASE(excluded_files_are_left_alone_and_tags_are_made_of_the_path) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "yes\n");
  append(directory / "b.log", "no\n");
  auto tail = tail_harness{directory, "*.log"};
  tail.options.exclude = {"b.*"};
  tail.options.tag = "x.{path}.{name}";
  BOOST_TEST(tail.read() == lines{"yes"}, per_element());
  auto dotted = directory.path().substr(1);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  BOOST_TEST(tail.tags.at(0) == "x." + dotted + ".a.log.a.log");
  append(directory / "b.log", "still no\n");
  BOOST_TEST(tail.read().empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_or_not_readable_is_named_once_and_never_fatal) {
  const auto directory = scratch_directory{};
  std::filesystem::create_directory(directory / "dir.log");
  BOOST_TEST(::mkfifo((directory / "fifo.log").c_str(), 0600) == 0);
  std::filesystem::create_symlink("nowhere", directory / "dangling.log");
  std::filesystem::create_symlink("loop.log", directory / "loop.log");
  append(directory / "a.log", "fine\n");
  auto tail = tail_harness{directory, "*.log"};
  BOOST_TEST(tail.read() == lines{"fine"}, per_element());
  BOOST_TEST(tail.read_for(30s).empty());
  BOOST_TEST(tail.complaints.size() == 3U);
}

BOOST_AUTO_TEST_CASE(directories_that_appear_are_found_without_waiting_for_the_refresh) {
  const auto directory = scratch_directory{};
  auto tail = tail_harness{directory, "sub/**/*.log"};
  BOOST_TEST(tail.read().empty());
  std::filesystem::create_directories(directory / "sub/deep/er");
  append(directory / "sub/deep/er/a.log", "found\n");
  BOOST_TEST(tail.read_for(300ms) == lines{"found"}, per_element());
  append(directory / "sub/deep/er/a.log", "at once\n");
  BOOST_TEST(tail.read() == lines{"at once"}, per_element());
}

BOOST_AUTO_TEST_CASE(polling_finds_what_inotify_would_have_told) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\n");
  auto tail = tail_harness{directory, "*.log"};
  tail.options.inotify = false;
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  BOOST_TEST(tail.tail->wake_fd() == -1);
  append(directory / "a.log", "two\n");
  append(directory / "b.log", "three\n");
  BOOST_TEST(tail.read_for(1s) == (lines{"two", "three"}), per_element());
  std::filesystem::rename(directory / "a.log", directory / "a.log.1");
  append(directory / "a.log.1", "four\n");
  append(directory / "a.log", "five\n");
  BOOST_TEST(tail.read_for(1s) == (lines{"four", "five"}), per_element());
}

BOOST_AUTO_TEST_CASE(files_take_turns) {
  const auto directory = scratch_directory{};
  append(directory / "large.log", std::string(4 << 20, '\n'));
  auto tail = tail_harness{directory, "*.log"};
  tail.start();
  auto out = lines{};
  tail.tail->look();
  BOOST_TEST(tail.take_block(out, block_reader::block_bytes));
  BOOST_TEST(tail.take_block(out, block_reader::block_bytes)); // the first one told of the stream
  append(directory / "small.log", "me too\n");
  tail.tail->look();
  BOOST_TEST(tail.take_block(out, block_reader::block_bytes));
  BOOST_TEST(tail.take_block(out, block_reader::block_bytes));
  BOOST_TEST(tail.take_block(out, block_reader::block_bytes));
  BOOST_TEST((std::find(out.begin(), out.end(), "me too") != out.end()));
}

BOOST_AUTO_TEST_CASE(ten_thousand_files_are_followed_with_few_descriptors) {
  const auto directory = scratch_directory{};
  const auto name = [&](int i) { return directory / ("f" + std::to_string(i) + ".log"); };
  for (int i = 0; i < 10'000; ++i) append(name(i), std::to_string(i) + "\n");
  auto tail = tail_harness{directory, "*.log"};
  tail.options.open_files_max = 100;
  BOOST_TEST(tail.read().size() == 10'000U);
  BOOST_TEST(tail.tail->open_files() <= 100U);
  for (int i = 0; i < 10'000; i += 7) append(name(i), "more\n");
  BOOST_TEST(tail.read().size() == 1429U);
  std::filesystem::rename(name(0), directory / "rotated");
  append(directory / "rotated", "rest\n");
  append(name(0), "new\n");
  BOOST_TEST(tail.read() == (lines{"rest", "new"}), per_element());
  for (int i = 0; i < 10'000; ++i) std::filesystem::remove(name(i));
  BOOST_TEST(tail.read_for(2s).empty());
  BOOST_TEST(tail.tail->open_files() <= 1U);
}

BOOST_AUTO_TEST_CASE(two_tails_share_a_budget_and_both_read_all) {
  const auto plan = descriptor_plan{20, 4, 2};
  auto budget = descriptor_budget{plan};
  const auto directory = scratch_directory{};
  for (int i = 0; i < 500; ++i)
    for (const auto* kind : {"a", "b"}) append(directory / (kind + std::to_string(i) + ".log"), "line\n");
  auto first = tail_harness{directory, "a*.log"};
  auto second = tail_harness{directory, "b*.log"};
  first.options.descriptors = second.options.descriptors = &budget;
  BOOST_TEST(first.read().size() == 500U);
  BOOST_TEST(second.read().size() == 500U);
  BOOST_TEST(first.tail->open_files() + second.tail->open_files() <= plan.shared());
  BOOST_TEST(second.tail->open_files() >= plan.floor());
  for (int i = 0; i < 500; ++i)
    for (const auto* kind : {"a", "b"}) append(directory / (kind + std::to_string(i) + ".log"), "more\n");
  BOOST_TEST(second.read().size() == 500U);
  BOOST_TEST(first.read().size() == 500U);
  BOOST_TEST(first.tail->open_files() + second.tail->open_files() <= plan.shared());
}

// Nobody could open them again.
BOOST_AUTO_TEST_CASE(files_without_a_path_keep_their_descriptors_and_the_others_wait) {
  auto budget = descriptor_budget{{4, 0, 1}};
  const auto directory = scratch_directory{};
  auto tail = tail_harness{directory, "*.log"};
  tail.options.descriptors = &budget;
  tail.acknowledges = false;
  for (int i = 0; i < 4; ++i) append(directory / (std::to_string(i) + ".log"), "old\n");
  BOOST_TEST(tail.read().size() == 4U);
  for (int i = 0; i < 4; ++i)
    std::filesystem::rename(directory / (std::to_string(i) + ".log"), directory / ("gone" + std::to_string(i)));
  append(directory / "new.log", "new\n");
  BOOST_TEST(tail.read_for(1s).empty());
  BOOST_TEST(tail.complaints.size() == 1U);
  for (const auto& [stream, end] : tail.positions) {
    const auto safe = position_range{stream, 0, end};
    tail.tail->acknowledge({&safe, 1});
  }
  BOOST_TEST(tail.read_for(11s) == (lines{"new"}), per_element());
}

BOOST_AUTO_TEST_CASE(real_logs_come_out_line_by_line) {
  const auto loghub = std::filesystem::path{WEIR_SOURCE_DIR} / "../shared/data/loghub";
  if (!std::filesystem::is_directory(loghub)) return;
  for (const auto& entry : std::filesystem::directory_iterator{loghub}) {
    auto file = std::ifstream{entry.path(), std::ios::binary};
    auto expected = lines{};
    for (auto line = std::string{}; std::getline(file, line);) {
      if (line.ends_with('\r')) line.pop_back();
      expected.push_back(line);
    }
    const auto directory = scratch_directory{};
    auto tail = tail_harness{directory, "unused"};
    tail.options.paths = {entry.path().string()};
    tail.options.once = true;
    BOOST_TEST((tail.read(10'000) == expected), entry.path());
  }
}

BOOST_AUTO_TEST_SUITE_END()
