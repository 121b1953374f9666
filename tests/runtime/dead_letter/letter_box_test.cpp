#include "runtime/dead_letter/letter_box.hpp"
#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace weir;
using namespace std::chrono_literals;

namespace {

struct fixture {
  test::temporary_directory dir;
  monotonic_time now{1h};
  std::uint64_t sent = 0;

  auto box(std::optional<duration> give_up_after, std::uint64_t bytes_max = UINT64_MAX) -> letter_box {
    return {"n/sink/s",
            std::make_shared<dead_letter_file>(real_file_system(), dir / "letters/s.jsonl", bytes_max),
            give_up_after};
  }
  void block() { std::ofstream{dir / "letters"} << "in the way"; }
  void clear() { std::filesystem::remove(dir / "letters"); }
  auto lines() -> std::size_t {
    const auto text = test::content_of(dir / "letters/s.jsonl");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  auto keep(letter_box& in) -> result<letter_fate> {
    auto letter = dead_letter{};
    letter.reason = "refused";
    letter.tag = "t";
    letter.bytes = "entry";
    letter.chunk = {7, ++sent};
    return in.keep({&letter, 1}, now);
  }
};

auto is(const result<letter_fate>& found, letter_fate wanted) -> bool { return found && *found == wanted; }

} // namespace

BOOST_FIXTURE_TEST_SUITE(letter_boxes, fixture)

BOOST_AUTO_TEST_CASE(wait_for_their_file_until_it_can_be_written) {
  auto letters = box(10s);
  block();
  const auto failed = keep(letters);
  BOOST_TEST_REQUIRE(!failed);
  BOOST_TEST((failed.failure().code == errc::unavailable));
  BOOST_TEST(failed.failure().what.starts_with("cannot keep dead letters: "));
  clear();
  now += 9s;
  BOOST_TEST(is(keep(letters), letter_fate::kept));
  BOOST_TEST(lines() == 1U);
}

BOOST_AUTO_TEST_CASE(give_letters_up_when_it_takes_too_long_and_keep_the_next_that_they_can) {
  auto letters = box(10s);
  block();
  BOOST_TEST(!keep(letters));
  now += 10s;
  BOOST_TEST(is(keep(letters), letter_fate::lost));
  BOOST_TEST(is(keep(letters), letter_fate::lost)); // it does not begin to wait again
  clear();
  BOOST_TEST(is(keep(letters), letter_fate::kept));
  std::filesystem::remove_all(dir / "letters");
  block();
  BOOST_TEST(!keep(letters)); // now it does
}

BOOST_AUTO_TEST_CASE(wait_for_ever_if_they_are_told_to) {
  auto letters = box(std::nullopt);
  block();
  BOOST_TEST(!keep(letters));
  now += 1000h;
  BOOST_TEST(!keep(letters));
}

BOOST_AUTO_TEST_CASE(do_not_wait_for_a_file_that_is_full) {
  auto letters = box(std::nullopt, 300);
  auto kept = 0U;
  while (is(keep(letters), letter_fate::kept)) ++kept;
  BOOST_TEST(kept > 0U);
  BOOST_TEST(lines() == kept);
  BOOST_TEST(std::filesystem::file_size(dir / "letters/s.jsonl") <= 300U);
  BOOST_TEST(is(keep(letters), letter_fate::lost));
  std::filesystem::rename(dir / "letters/s.jsonl", dir / "letters/old.jsonl");
  BOOST_TEST(is(keep(letters), letter_fate::kept));
}

BOOST_AUTO_TEST_CASE(keep_nothing_if_nobody_wants_it) {
  auto letters = letter_box{"n/sink/s", nullptr, 10s};
  BOOST_TEST(is(keep(letters), letter_fate::unkept));
}

BOOST_AUTO_TEST_SUITE_END()
