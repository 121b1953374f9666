/// What everybody has to know of a file who may be asked about it later, and how its data waits for that.
#include "tests/runtime/tail/tail_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

/// Nothing is safe until the test says so.
struct told_fixture {
  scratch_directory directory;
  tail_harness tail{directory, "*.log"};
  std::vector<position_range> told; ///< to all
  std::vector<position_range> put;  ///< to whoever gets the next chunk

  auto read() -> lines {
    auto out = lines{};
    if (!tail.tail) tail.start();
    tail.tail->look();
    while (const auto block = tail.tail->next(4096)) {
      (block->is_for_all ? told : put).push_back({std::string{block->stream}, block->begin, block->end()});
      for_each_line(block->bytes, block->is_cut, tail.options.line_bytes_max,
                    [&](std::string_view line) { out.emplace_back(line); });
    }
    return out;
  }
  void acknowledge_all() {
    for (auto* positions : {&told, &put}) tail.tail->acknowledge(std::exchange(*positions, {}));
  }
  auto generation_of_data() const -> std::uint32_t { return parse_stream(put.back().stream)->generation; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(telling_all, told_fixture)

BOOST_AUTO_TEST_CASE(of_a_file_goes_before_its_data_which_does_not_wait) {
  append(directory / "a.log", "one\n");
  BOOST_TEST(read() == (lines{"one"}), per_element());
  BOOST_TEST_REQUIRE(told.size() == 1U);
  BOOST_TEST(parse_stream(told[0].stream)->path == directory / "a.log");
  BOOST_TEST(told[0].end == 0U);
}

BOOST_AUTO_TEST_CASE(of_content_behind_a_cut_holds_its_data_up_until_all_know) {
  append(directory / "a.log", "one\n");
  append(directory / "b.log", "b\n");
  (void)read();
  acknowledge_all();
  write(directory / "a.log", "x\n");
  BOOST_TEST(read().empty());
  BOOST_TEST_REQUIRE(told.size() == 1U);
  BOOST_TEST(parse_stream(told[0].stream)->generation == 1U);
  append(directory / "b.log", "c\n");
  BOOST_TEST(read() == (lines{"c"}), per_element()); // others go on
  BOOST_TEST((*tail.tail->wake_at() > tail.clock.monotonic()));
  acknowledge_all();
  BOOST_TEST((*tail.tail->wake_at() <= tail.clock.monotonic()));
  BOOST_TEST(read() == (lines{"x"}), per_element());
  BOOST_TEST(generation_of_data() == 1U);
}

BOOST_AUTO_TEST_CASE(holds_up_content_that_begins_with_a_hole_as_well) {
  append(directory / "a.log", "one\n");
  (void)read();
  acknowledge_all();
  write(directory / "a.log", std::string(792, '\0') + "x\n");
  BOOST_TEST(read().empty());
  BOOST_TEST_REQUIRE(told.size() == 1U);
  acknowledge_all();
  BOOST_TEST(read() == (lines{"x"}), per_element());
}

BOOST_AUTO_TEST_CASE(waits_for_who_is_silent_no_longer_than_ten_seconds) {
  append(directory / "a.log", "one\n");
  (void)read();
  write(directory / "a.log", "x\n");
  BOOST_TEST(read().empty());
  tail.clock.advance(9999ms);
  BOOST_TEST(read().empty());
  BOOST_TEST((*tail.tail->wake_at() <= tail.clock.monotonic() + 1ms));
  tail.clock.advance(1ms);
  BOOST_TEST(read() == (lines{"x"}), per_element());
}

BOOST_AUTO_TEST_CASE(goes_on_with_content_that_was_cut_off_while_it_waited) {
  append(directory / "a.log", "one\n");
  (void)read();
  write(directory / "a.log", "x\n");
  (void)read();
  write(directory / "a.log", "");
  BOOST_TEST(read().empty());
  acknowledge_all();
  append(directory / "a.log", "y\n");
  BOOST_TEST(read().empty());
  acknowledge_all();
  BOOST_TEST(read() == (lines{"y"}), per_element());
  BOOST_TEST(generation_of_data() == 2U);
}

BOOST_AUTO_TEST_CASE(comes_before_the_end_of_a_run_that_ends_by_itself) {
  append(directory / "a.log", "one\n");
  (void)read();
  acknowledge_all();
  write(directory / "a.log", "x\n");
  (void)read();
  for (const auto& p : std::vector{told}) tail.positions[p.stream] = p.end;
  tail.positions[put.empty() ? "" : put.back().stream] = 4;
  tail.options.once = true;
  tail.tail.reset();
  auto got = read();
  while (!tail.tail->is_finished()) {
    BOOST_TEST_REQUIRE(tail.tail->wake_at().has_value());
    tail.clock.advance(100ms);
    for (auto& line : read()) got.push_back(std::move(line));
  }
  BOOST_TEST(got == (lines{"x"}), per_element());
}

BOOST_AUTO_TEST_CASE(of_where_a_file_was_begun_and_that_somebody_has_been_here) {
  tail.options.from_end = true;
  append(directory / "a.log", "old\n");
  BOOST_TEST(read().empty());
  BOOST_TEST(told.size() == 3U); // the start, the file, and where
  append(directory / "a.log", "new\n");
  BOOST_TEST(read().empty());
  acknowledge_all();
  BOOST_TEST(read() == (lines{"new"}), per_element());
}

BOOST_AUTO_TEST_CASE(stands_for_all_files_that_are_followed) {
  append(directory / "a.log", "one\n");
  append(directory / "b.log", "two\n");
  (void)read();
  auto paths = lines{};
  for (const auto& p : tail.tail->standing()) paths.push_back(parse_stream(p.stream)->path);
  BOOST_TEST(sorted(paths) == (lines{directory / "a.log", directory / "b.log"}), per_element());
  rename(directory / "a.log", directory / "a.log.1");
  append(directory / "a.log.1", "unread");
  tail.tail->look();
  BOOST_TEST(tail.tail->standing().size() == 2U); // as long as it is read
}

BOOST_AUTO_TEST_CASE(that_content_is_over_tells_how_often_its_file_was_cut_off) {
  append(directory / "a.log", "one\n");
  (void)read();
  const auto first = put.back().stream;
  acknowledge_all();
  const auto begin_with_over = [&](std::string_view content) {
    write(directory / "a.log", content);
    tail.tail = std::make_unique<tailer>(tail.options, tail.clock);
    const auto known = position_range{first, over_begin, over_end};
    BOOST_TEST_REQUIRE(bool{tail.tail->open({&known, 1})});
    (void)read();
    tail.clock.advance(10s);
    (void)read();
    return generation_of_data();
  };
  BOOST_TEST(begin_with_over("another\n") == 1U);
  BOOST_TEST(begin_with_over("one\nmore\n") == 0U); // it is back
}

BOOST_AUTO_TEST_SUITE_END()
