#include "cli/replay_file.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace weir;
using cli::replay_file;

namespace {

auto letter_of(const std::string& tag, const std::string& line) -> std::string {
  auto letter = dead_letter{};
  letter.time_ns = 1'790'000'000'000'000'000;
  letter.reason = "no JSON";
  letter.from = "n/collector/c";
  letter.tag = tag;
  letter.is_line = true;
  letter.bytes = line;
  auto out = byte_buffer{};
  append_dead_letter(out, letter);
  return std::string{out.view()};
}

auto opened(const std::string& path, bool again = false) -> replay_file {
  auto file = replay_file::open(path, again);
  BOOST_REQUIRE(bool{file});
  return std::move(*file);
}

/// Ids of the batches that are left; none of them is sent.
auto first_id(const std::string& path) -> std::string {
  auto file = opened(path);
  const auto batch = file.next();
  return batch ? batch->id : "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(replay_files)

BOOST_AUTO_TEST_CASE(letters_of_one_tag_go_together_as_they_were) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "d.jsonl";
  auto event = dead_letter{};
  event.reason = "refused";
  event.from = "n/sink/s";
  event.tag = "b";
  event.bytes = test::entry_of(7, test::record("n", 1));
  auto text = byte_buffer{};
  append_dead_letter(text, event);
  std::ofstream{path} << letter_of("a", "x") << letter_of("a", "y") << text.view() << "garbage\n"
                      << "torn";
  auto file = opened(path);
  auto batch = file.next();
  BOOST_REQUIRE(batch.has_value());
  BOOST_TEST(batch->tag == "a");
  BOOST_TEST(batch->count == 2U);
  BOOST_TEST(batch->entries
             == test::entry_of(1'790'000'000'000'000'000, test::record("message", "x"))
                    + test::entry_of(1'790'000'000'000'000'000, test::record("message", "y")));
  BOOST_TEST(bool{file.finish(*batch)});
  batch = file.next();
  BOOST_REQUIRE(batch.has_value());
  BOOST_TEST(batch->tag == "b");
  BOOST_TEST(batch->entries == event.bytes);
  BOOST_TEST(batch->damaged == 1U);
  BOOST_TEST(bool{file.finish(*batch)});
  BOOST_TEST(!file.next().has_value());
}

BOOST_AUTO_TEST_CASE(what_was_confirmed_is_not_sent_again_unless_asked_for) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "d.jsonl";
  std::ofstream{path} << letter_of("a", "x");
  auto file = opened(path);
  const auto batch = file.next();
  BOOST_TEST(bool{file.begin(*batch)});
  BOOST_TEST(bool{file.finish(*batch)});
  BOOST_TEST(!opened(path).next().has_value());
  BOOST_TEST(opened(path, true).next()->id == batch->id);
  std::ofstream{path, std::ios::app} << letter_of("a", "y");
  BOOST_TEST(opened(path).next()->count == 1U); // only the new one
  std::ofstream{path, std::ios::trunc} << letter_of("z", "a new file of the same name");
  BOOST_TEST(opened(path).next()->count == 1U);
}

BOOST_AUTO_TEST_CASE(a_batch_that_was_out_when_the_command_died_goes_again_as_it_was) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "d.jsonl";
  std::ofstream{path} << letter_of("a", "x") << letter_of("a", "y");
  const auto before = first_id(path);
  {
    auto file = opened(path);
    BOOST_TEST(bool{file.begin(*file.next())});
  }
  std::ofstream{path, std::ios::app} << letter_of("a", "z"); // would have been in the batch
  auto file = opened(path);
  const auto batch = file.next();
  BOOST_TEST(batch->id == before);
  BOOST_TEST(batch->count == 2U);
  BOOST_TEST(bool{file.finish(*batch)});
  BOOST_TEST(file.next()->count == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_refused) {
  const auto dir = test::temporary_directory{};
  BOOST_TEST(!replay_file::open(dir / "missing.jsonl", false));
  const auto directory = replay_file::open(dir.path(), false);
  BOOST_REQUIRE(!directory);
  BOOST_TEST(directory.failure().what == "cannot read " + dir.path() + ": it is a directory");
}

BOOST_AUTO_TEST_SUITE_END()
