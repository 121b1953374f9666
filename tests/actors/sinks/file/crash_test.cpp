#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>

using namespace weir;
using namespace std::string_literals;
using test::map_of;
using test::numbered;
using test::scalar;

namespace {

using members = std::vector<std::pair<std::string, config::value>>;

constexpr auto events_each = 30;

/// Chunk n, from 1 on: its numbers have three tags.
auto chunk_of(std::uint64_t n) -> chunk_ptr {
  const auto begin = static_cast<int>(n - 1) * events_each;
  auto sections = std::vector<test::tagged_entries>{};
  for (auto part = 0; part < 3; ++part) {
    auto& s = sections.emplace_back(test::tagged_entries{"t" + std::to_string(part), {}, 10});
    for (auto number = begin + part * 10; number < begin + part * 10 + 10; ++number)
      s.entries += test::entry_of(1'700'000'000'000'000'000 + number,
                                  test::record("message", "n=" + std::to_string(number)));
  }
  return test::make_chunk(sections, n);
}

/// Commits chunks from `next` on until it is killed; tells of each by a byte.
[[noreturn]] void commit_for_ever(const members& settings, std::uint64_t next, int tell) {
  const auto s = test::make_store("file", map_of(settings));
  if (!s->open()) ::_exit(1);
  const auto all = *tag_pattern::parse({});
  for (;; ++next) {
    const auto chunks = std::vector{chunk_of(next), chunk_of(next + 1)};
    if (!s->commit({chunks, all}) || ::write(tell, "x", 1) != 1) ::_exit(2);
  }
}

/// Runs it until it has told of so many commits, and kills it in the midst of the next; how many it told of.
auto kill_after(const members& settings, std::uint64_t next, int commits) -> std::uint64_t {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const auto child = ::fork();
  if (child == 0) commit_for_ever(settings, next, ends[1]);
  BOOST_REQUIRE(child > 0);
  ::close(ends[1]);
  auto told = std::uint64_t{0};
  char byte = 0;
  while (told < static_cast<std::uint64_t>(commits) && ::read(ends[0], &byte, 1) == 1) ++told;
  ::kill(child, SIGKILL);
  while (::read(ends[0], &byte, 1) == 1) ++told;
  ::close(ends[0]);
  auto status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_REQUIRE_MESSAGE(WIFSIGNALED(status), "the child ended by itself: " << status);
  return told;
}

auto numbers_in(const std::string& text) -> std::vector<int> {
  auto numbers = std::vector<int>{};
  for (auto at = text.find("n="); at != std::string::npos; at = text.find("n=", at + 1))
    numbers.push_back(std::stoi(text.substr(at + 2)));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void check_kills(const members& settings, const std::string& read_all) {
  auto dice = std::mt19937{7};
  auto told = std::uint64_t{0}; // chunks that are in for certain
  for (auto kills = 0; kills < 5; ++kills) {
    // Some that are in come again, as after a lost ack.
    const auto next = told > 3 ? told - 2 : 1;
    const auto done = kill_after(settings, next, static_cast<int>(dice() % 7));
    told = std::max(told, done == 0 ? told : next + done);
  }
  {
    const auto s = test::make_store("file", map_of(settings));
    BOOST_REQUIRE(s->open());
    for (auto n = std::uint64_t{1}; n <= told + 3; ++n) BOOST_REQUIRE(test::commit(*s, {chunk_of(n)}));
  }
  const auto found = numbers_in(test::output_of(read_all));
  BOOST_REQUIRE(found.size() == (told + 3) * events_each);
  for (auto i = std::size_t{0}; i < found.size(); ++i) BOOST_REQUIRE(found[i] == static_cast<int>(i));
}

} // namespace

BOOST_AUTO_TEST_SUITE(file_store_that_is_killed)

BOOST_AUTO_TEST_CASE(stores_each_event_once) {
  const auto kinds = std::vector<std::pair<members, std::string>>{
      {{{"format", scalar("json")}}, "cat"},
      {{{"format", scalar("raw")}, {"sync", scalar("os")}}, "cat"},
      {{{"compress", scalar("gzip")}}, "zcat"},
      {{{"compress", scalar("zstd")}}, "zstdcat"},
      {{{"rotate", map_of({{"size", scalar("2KiB")}})}, {"finish", scalar("rename")}}, "cat"},
      {{{"rotate", map_of({{"size", scalar("1KiB")}})},
        {"compress", scalar("gzip")},
        {"max_open", scalar("1")}},
       "zcat"},
  };
  for (const auto* shape : {"all", "{tag}"})
    for (const auto& [given, reader] : kinds) {
      const auto dir = test::temporary_directory{};
      auto settings = given;
      const auto end = reader == "zcat" ? ".gz" : reader == "zstdcat" ? ".zst" : "";
      settings.emplace_back("path", scalar(dir / ("out/"s + shape + end)));
      BOOST_TEST_CONTEXT(shape << " read by " << reader)
      check_kills(settings, "cd '" + dir.path() + "/out' && " + reader + " $(ls)");
    }
}

BOOST_AUTO_TEST_SUITE_END()
