#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

using namespace weir;
using test::make_chunk;
using test::map_of;
using test::numbered;
using test::scalar;

namespace {

auto ask(const std::string& path, const std::string& sql) -> std::string {
  return test::output_of("sqlite3 '" + path + "' '" + sql + "' 2>&1");
}

/// A writer that joins rows before each of its commits.
struct eager_store {
  manual_clock clock;
  std::unique_ptr<store> s;

  explicit eager_store(const std::string& path) {
    s = test::make_store("sqlite", map_of({{"path", scalar(path)}, {"sync", scalar("os")}}),
                         {.component = "s", .node = "n", .clock = &clock});
  }
  /// Tries again while the other one has the database for too long.
  auto put(const chunk_ptr& c, const std::function<result<void>(std::span<const refusal>)>& confirm = {}) -> bool {
    clock.advance(std::chrono::minutes{2});
    const auto all = tag_pattern{};
    for (;;) {
      const auto done = s->commit({{&c, 1}, all, {}, confirm});
      if (done) return true;
      if (done.failure().code != errc::unavailable) return false;
      (void)s->open();
    }
  }
};

/// Of lines 0 to 399 of a file, each a position, `by` in a chunk.
auto chunks_of_lines(int by, std::uint64_t first_sequence) -> std::vector<chunk_ptr> {
  auto all = std::vector<chunk_ptr>{};
  for (auto n = 0; n < 400; n += by) {
    const auto end = std::min(n + by, 400);
    all.push_back(test::born_in(make_chunk({numbered("a", n, end)}, first_sequence + all.size()), "s",
                                static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(end)));
  }
  return all;
}

void check_each_line_once(const std::string& path) {
  BOOST_TEST(ask(path, "SELECT count(*), count(DISTINCT json_extract(record, \"$.n\")) FROM events") == "400|400\n");
  BOOST_REQUIRE(eager_store{path}.put(chunks_of_lines(400, 1).front())); // joins rows
  BOOST_TEST(ask(path, "SELECT first, last FROM weir_positions") == "0|400\n");
}

} // namespace

BOOST_AUTO_TEST_SUITE(sqlite_writers)

BOOST_AUTO_TEST_CASE(two_stores_in_turns_take_each_event_once) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  auto one = eager_store{path};
  auto other = eager_store{path};
  const auto small = chunks_of_lines(7, 1);
  const auto large = chunks_of_lines(10, 1000);
  for (std::size_t i = 0; i < small.size(); ++i) {
    BOOST_REQUIRE(one.put(small[i]));
    if (i < large.size()) BOOST_REQUIRE(other.put(large[large.size() - 1 - i]));
    BOOST_REQUIRE(other.put(small[small.size() / 2]));
  }
  check_each_line_once(path);
}

BOOST_AUTO_TEST_CASE(two_stores_at_once_take_each_event_once) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  const auto write = [&](const std::vector<chunk_ptr>& chunks, std::atomic<bool>& failed) {
    auto s = eager_store{path};
    for (const auto& c : chunks)
      if (!s.put(c)) failed = true;
  };
  auto failed = std::atomic<bool>{false};
  const auto small = chunks_of_lines(7, 1);
  const auto large = chunks_of_lines(10, 1000);
  auto one = std::thread{[&] { write(small, failed); }};
  write(large, failed);
  write(small, failed); // also the very same chunks
  one.join();
  BOOST_TEST(!failed);
  check_each_line_once(path);
}

/// Otherwise two of them could read what is known before either has written.
BOOST_AUTO_TEST_CASE(a_commit_has_the_write_lock_before_it_reads_what_is_known) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  auto s = eager_store{path};
  const auto c = chunks_of_lines(400, 1).front();
  BOOST_REQUIRE(s.put(c));
  auto said = std::string{};
  // It inserts nothing, for it knows the chunk.
  BOOST_REQUIRE(s.put(c, [&](auto) -> result<void> {
    said = ask(path, "BEGIN IMMEDIATE");
    return {};
  }));
  BOOST_TEST(said.find("database is locked") != std::string::npos, said);
}

// Goal: what was joined before a commit that is cut off stays joined and known. Method: a process ends in each of its
// commits, behind the transaction that joined rows.
BOOST_AUTO_TEST_CASE(a_kill_between_joining_rows_and_a_commit_repeats_nothing) {
  const auto chunks = chunks_of_lines(50, 1);
  for (std::size_t last = 0; last < chunks.size(); ++last) {
    const auto dir = test::temporary_directory{};
    const auto path = dir / "weir.db";
    const auto child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
      auto s = eager_store{path};
      for (std::size_t i = 0; i <= last; ++i)
        s.put(chunks[i], [&](auto) -> result<void> {
          if (i == last) ::_exit(0);
          return {};
        });
      ::_exit(1);
    }
    auto status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_REQUIRE(status == 0);
    if (last > 0)
      BOOST_TEST(ask(path, "SELECT count(*), max(last) FROM weir_positions") == "1|" + std::to_string(50 * last) + '\n');
    auto s = eager_store{path};
    for (const auto& c : chunks) BOOST_REQUIRE(s.put(c));
    for (const auto& c : chunks_of_lines(70, 1000)) BOOST_REQUIRE(s.put(c));
    check_each_line_once(path);
  }
}

BOOST_AUTO_TEST_SUITE_END()
