#include "runtime/os/own_files.hpp"
#include "tests/runtime/tail/resume_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>

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

/// A tailer whose blocks go as chunks to two receivers.
struct two_receivers {
  struct receiver {
    position_index has;
    lines stored;
  };

  explicit two_receivers(const std::string& path) {
    options.paths = {path};
    restart();
  }

  /// What a collector makes of the answers of both.
  void restart() {
    tail = std::make_unique<tailer>(options, clock);
    const auto parts = std::array{receivers[0].has.of("c"), receivers[1].has.of("c")};
    auto covered = std::vector<position_range>{};
    auto elsewhere = std::vector<position_range>{};
    for (const auto& p : parts[0])
      for (auto& both : receivers[1].has.common("c", p)) covered.push_back(std::move(both));
    for (const auto& some : parts)
      for (const auto& p : some)
        if (std::find(covered.begin(), covered.end(), p) == covered.end()) elsewhere.push_back(p);
    BOOST_TEST_REQUIRE(static_cast<bool>(tail->open(covered, elsewhere)));
  }

  /// The second one gets nothing from chunk `last` on, so that nothing more is safe.
  void run(std::size_t last) {
    tail->look();
    while (const auto block = tail->next(block_reader::block_bytes)) {
      const auto position = position_range{std::string{block->stream}, block->begin, block->end()};
      const auto reached = chunks++ < last ? 2U : 1U;
      for (std::size_t i = 0; i < reached; ++i) take(receivers[i], *block, position);
      if (reached == 2) tail->acknowledge({&position, 1});
    }
    clock.advance(1s);
  }

  static void take(receiver& r, const line_block& block, const position_range& position) {
    if (r.has.covers("c", {&position, 1})) return;
    for_each_line(block.bytes, block.is_cut, 1U << 20U, [&](std::string_view line) { r.stored.emplace_back(line); });
    r.has.add("c", position);
  }

  manual_clock clock;
  tail_options options;
  std::unique_ptr<tailer> tail;
  std::array<receiver, 2> receivers;
  std::size_t chunks = 0;
};

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

BOOST_AUTO_TEST_CASE(what_is_cut_off_before_its_first_turn_is_read_from_the_copy) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "one\n");
  auto tail = resumed_tail{directory, "a.log"};
  tail.read(0);
  copy_and_cut_off(path, path + ".1");
  append(path, "two, which is longer\n");
  tail.run();
  BOOST_TEST(tail.take_safe() == (lines{"one", "two, which is longer"}), per_element());
  tail.restart();
  tail.run_for(1s);
  BOOST_TEST(tail.take_safe().empty());
}

BOOST_AUTO_TEST_CASE(what_came_and_was_cut_off_since_a_file_was_seen_empty_is_read_from_the_copy) {
  for (const auto is_empty : {true, false}) {
    const auto directory = scratch_directory{};
    const auto path = directory / "a.log";
    write(path, is_empty ? "" : "two\n");
    auto tail = resumed_tail{directory, "a.log"};
    tail.run();
    if (is_empty) append(path, "two\n");
    copy_and_cut_off(path, path + ".1");
    append(path, "three, which is longer\n");
    tail.run();
    BOOST_TEST(tail.take_safe() == (lines{"two", "three, which is longer"}), per_element());
    tail.restart();
    tail.run_for(1s);
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

/// Goal: nothing is read again for a receiver that was told that a stream is over, while another one was not. Method:
/// one of two gets no more from chunk 0, 1, … on until the process dies; each must have each line once in the end.
BOOST_AUTO_TEST_CASE(a_receiver_that_has_forgotten_a_copy_gets_nothing_of_it_again) {
  const auto first = std::string{"a first line that is long enough to tell copies apart"};
  for (auto last = std::size_t{0};; ++last) {
    const auto directory = scratch_directory{};
    append(directory / "a.log", first + "\n");
    auto tail = two_receivers{directory / "a.log"};
    tail.run(SIZE_MAX);
    append(directory / "a.log", "two\n");
    copy_and_cut_off(directory / "a.log", directory / "a.log.1");
    append(directory / "a.log", "three\n");
    for (auto i = 0; i < 5; ++i) tail.run(last);
    const auto chunks = tail.chunks;
    tail.restart();
    for (auto i = 0; i < 5; ++i) tail.run(SIZE_MAX);
    for (const auto& r : tail.receivers)
      BOOST_TEST(sorted(r.stored) == (lines{first, "three", "two"}), per_element());
    BOOST_TEST(tail.receivers[0].has.streams() == tail.receivers[1].has.streams());
    if (last > chunks) break; // none was held back
  }
}

BOOST_AUTO_TEST_CASE(what_the_process_writes_beside_a_file_is_no_copy_of_it) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  append(path, "a first line that is long enough to tell copies apart\n");
  auto tail = tail_harness{directory, "a.log"};
  auto own = own_files{};
  tail.options.is_own = [&](const file_key& key, const std::string&) {
    return own.contains(key.device, key.inode, key.birth_ns);
  };
  BOOST_TEST(tail.read().size() == 1U);
  append(path, "two\n");
  copy_and_cut_off(path, path + ".copy");
  append_later(path + ".a-sink", "a first line that is long enough to tell copies apart\n", path);
  own.add(path + ".a-sink");
  append(path, "three\n");
  BOOST_TEST(tail.read() == (lines{"two", "three"}), per_element());
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
