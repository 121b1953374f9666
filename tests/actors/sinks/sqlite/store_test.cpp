#include "actors/sinks/store_writer.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <sys/resource.h>

#include <csignal>
#include <sstream>

using namespace weir;
using namespace std::string_literals;
using test::entry_of;
using test::list;
using test::make_chunk;
using test::map_of;
using test::numbered;
using test::output_of;
using test::record;
using test::scalar;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789};

auto query(const std::string& path, const std::string& sql) -> std::string {
  return output_of("sqlite3 '" + path + "' '" + sql + "' 2>&1");
}

auto open_store(const std::vector<std::pair<std::string, config::value>>& settings) {
  auto made = test::make_store("sqlite", map_of(settings));
  const auto opened = made->open();
  BOOST_REQUIRE_MESSAGE(opened, (opened ? std::string{} : opened.failure().what));
  return made;
}

auto one(const std::string& tag, const std::string& rec) -> test::tagged_entries {
  return {tag, entry_of(noon, rec), 1};
}

/// What a writer does that finds rows of another one, before its first commit.
void join_rows(const std::string& path) {
  BOOST_REQUIRE(test::commit(*open_store({{"path", scalar(path)}}), {}));
}

auto problem_with(std::vector<std::pair<std::string, config::value>> settings) -> std::string {
  settings.emplace_back("path", scalar("x.db"));
  return test::problems_of("sqlite", map_of(settings));
}

} // namespace

BOOST_AUTO_TEST_SUITE(sqlite_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "made/weir.db";
  test::check_store_contract({[&] {
                                return test::make_store("sqlite", map_of({{"path", scalar(path)}}));
                              },
                              [&] {
                                auto numbers = std::vector<std::int64_t>{};
                                auto lines = std::istringstream{query(
                                    path, "SELECT json_extract(record, \"$.n\") FROM events ORDER BY rowid")};
                                for (auto line = std::string{}; std::getline(lines, line);)
                                  numbers.push_back(std::stoll(line));
                                return numbers;
                              },
                              true});
  join_rows(path);
  BOOST_TEST(query(path, "SELECT sink, origin, first, last FROM weir_ledger WHERE first < 1000") == "s|1|1|8\ns|1|101|102\n");
  BOOST_TEST(query(path, "SELECT stream, first, last FROM weir_positions ORDER BY 1, 2")
             == "s|0|1000\nt|-1|-1\nt|0|1400\nv|0|300\nw|0|200\n~*f2:0123|0|3\n~*f2:0123|3|4\n");
}

BOOST_AUTO_TEST_CASE(a_row_has_time_tag_record_and_generated_columns) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  const auto s = open_store(
      {{"path", scalar(path)}, {"table", scalar("web")}, {"columns", list({"status", "a.b", "o'k"})}});
  BOOST_REQUIRE(test::commit(*s, {make_chunk({one("web.access", record("status", 200, "time", 5)),
                                              one("", record("a.b", "dotted", "o'k", true)),
                                              one("caf\xe9", "\x81\xa1"
                                                             "a\x81\xa1"
                                                             "b\x07"s)})}));
  BOOST_TEST(query(path, "SELECT time, tag, record, status FROM web WHERE status = 200")
             == "1795359845123456789|web.access|{\"status\":200,\"time\":5}|200\n");
  BOOST_TEST(query(path, "SELECT \"a.b\", \"o'\\''k\", typeof(tag) FROM web WHERE tag = \"\"")
             == "dotted|1|text\n");
  BOOST_TEST(query(path, "SELECT \"a.b\", tag FROM web WHERE \"a.b\" = 7") == "7|caf\u241a""e9\n");
  BOOST_TEST(query(path, "PRAGMA journal_mode") == "wal\n");
  BOOST_TEST(query(path, "EXPLAIN QUERY PLAN SELECT * FROM web WHERE time > 5").find("web_time")
             != std::string::npos);
  BOOST_TEST(query(path, "EXPLAIN QUERY PLAN SELECT * FROM web WHERE tag = 5").find("web_tag")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_chunk_that_is_in_is_not_stored_again) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  const auto chunk_of = [](int n) {
    return make_chunk({numbered("a", n, n + 1)}, static_cast<std::uint64_t>(n));
  };
  const auto s = open_store({{"path", scalar(path)}});
  for (const auto n : {5, 1, 3, 2, 4, 3, 9, 5, 1}) BOOST_REQUIRE(test::commit(*s, {chunk_of(n)}));
  const auto again = test::commit(*s, {chunk_of(4), chunk_of(6)});
  BOOST_REQUIRE(again);
  BOOST_TEST(again->events == 1U);
  BOOST_TEST(again->repeated_chunks == 1U);
  BOOST_TEST(query(path, "SELECT json_extract(record, \"$.n\") FROM events ORDER BY 1")
             == "1\n2\n3\n4\n5\n6\n9\n");
  join_rows(path);
  BOOST_TEST(query(path, "SELECT first, last FROM weir_ledger ORDER BY first") == "1|6\n9|9\n");
  const auto restarted = open_store({{"path", scalar(path)}});
  const auto known = test::commit(*restarted, {chunk_of(2), chunk_of(9)});
  BOOST_REQUIRE(known);
  BOOST_TEST(known->events == 0U);
}

BOOST_AUTO_TEST_CASE(ids_that_never_come_again_cost_one_row) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  auto clock = manual_clock{};
  const auto s = test::make_store("sqlite", map_of({{"path", scalar(path)}, {"sync", scalar("os")}}),
                                  {.component = "s", .node = "n", .clock = &clock});
  BOOST_REQUIRE(s->open());
  const auto rows = [&] { return std::stoi(query(path, "SELECT count(*) FROM weir_ledger")); };
  // Every other chunk goes elsewhere; the collector says now and then what is settled.
  for (auto n = std::uint64_t{1}; n < 2000; n += 2) {
    auto c = *make_chunk({numbered("a", 0, 1)}, n);
    c.settled_below = n > 20 ? n - 20 + n % 3 : 1;
    BOOST_REQUIRE(test::commit(*s, {std::make_shared<chunk>(std::move(c))}));
    clock.advance(std::chrono::seconds{1});
    if (n % 201 == 0) BOOST_TEST(rows() <= 11 + 61);
  }
  clock.advance(std::chrono::minutes{1});
  BOOST_REQUIRE(test::commit(*s, {}));
  BOOST_TEST(rows() <= 11);
  const auto old = test::commit(*s, {make_chunk({numbered("a", 0, 1)}, 1000)});
  BOOST_REQUIRE(old);
  BOOST_TEST(old->repeated_chunks == 1U);
}

BOOST_AUTO_TEST_CASE(positions_are_merged_and_streams_that_end_forgotten) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  const auto s = open_store({{"path", scalar(path)}});
  const auto covering = [&](std::uint64_t sequence, std::vector<position_range> positions) {
    auto c = *make_chunk({numbered("a", 0, 1)}, sequence);
    c.source = "n/collector/c";
    c.positions = std::move(positions);
    return std::make_shared<const chunk>(std::move(c));
  };
  BOOST_REQUIRE(
      test::commit(*s, {covering(1, {{"f", 0, 10}, {"g", 5, 6}, {"~m1", 0, 1}}), covering(2, {{"f", 20, 30}}),
                        covering(3, {{"f", 10, 12}, {"~m2", 0, 1}})}));
  const auto list = [&] {
    const auto found = s->knowledge("n/collector/c");
    BOOST_REQUIRE(found);
    auto text = std::string{};
    for (const auto& p : found->positions)
      text += p.stream + ' ' + std::to_string(p.begin) + '-' + std::to_string(p.end) + ' ';
    return text;
  };
  BOOST_TEST(list() == "f 0-12 f 20-30 g 5-6 ");
  BOOST_REQUIRE(test::commit(
      *s, {covering(4, {{"f", 11, 21}}), covering(5, {{"g", 6, UINT64_MAX}, {"~m2", 1, UINT64_MAX}})}));
  BOOST_TEST(list() == "f 0-30 ");
}

/// Keeps what may come again for 7 days, ids of clients for an hour and 100 at most.
struct forgetful_store {
  manual_clock clock;
  std::unique_ptr<store> s;

  explicit forgetful_store(const std::string& path) {
    auto context = plugin_context{.component = "s", .node = "n", .clock = &clock};
    context.keep.ids_max = 100;
    s = test::make_store("sqlite", map_of({{"path", scalar(path)}, {"sync", scalar("os")}}), context);
    BOOST_REQUIRE(s->open());
  }
  /// How many of its events were stored.
  auto put(std::uint64_t origin, std::vector<position_range> positions) -> std::uint64_t {
    auto c = *make_chunk({one("t", record("n", 1))}, 1);
    c.id.origin = origin;
    c.source = "n/collector/c";
    c.positions = std::move(positions);
    const auto done = test::commit(*s, {std::make_shared<const chunk>(std::move(c))});
    BOOST_REQUIRE(done);
    return done->events;
  }
};

BOOST_AUTO_TEST_CASE(what_may_come_again_is_known_for_its_time) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  auto kept = forgetful_store{path};
  const auto rows = [&](const std::string& where) {
    return std::stoi(query(path, "SELECT count(*) FROM weir_positions WHERE " + where));
  };
  BOOST_TEST(kept.put(1, {{"gone", 0, 10}, {"gone", 10, UINT64_MAX}, {"quiet", 0, 10}, {"~*m", 0, 1}}) == 1U);
  kept.clock.advance(std::chrono::hours{2});
  BOOST_TEST(kept.put(2, {}) == 1U);
  BOOST_TEST(rows("stream = \"~*m\"") == 0);
  BOOST_TEST(rows("stream = \"gone\"") == 2);
  BOOST_TEST(kept.put(1, {}) == 0U);
  kept.clock.advance(std::chrono::hours{7 * 24} + std::chrono::seconds{1});
  BOOST_TEST(kept.put(3, {}) == 1U);
  BOOST_TEST(rows("stream = \"gone\"") == 0);
  BOOST_TEST(rows("stream = \"quiet\"") == 1);
  BOOST_TEST(query(path, "SELECT group_concat(origin) FROM weir_ledger") == "3\n");
  for (auto i = 0; i < 150; ++i) {
    kept.clock.advance(std::chrono::seconds{1});
    kept.put(100 + static_cast<std::uint64_t>(i), {{"~*m" + std::to_string(i), 0, 1}});
  }
  kept.clock.advance(std::chrono::minutes{10});
  kept.put(4, {});
  BOOST_TEST(rows("stream >= \"~\"") == 100);
  BOOST_TEST(rows("stream = \"~*m149\"") == 1);
}

BOOST_AUTO_TEST_CASE(tables_of_earlier_versions_are_carried_over) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  query(path, "CREATE TABLE weir_ledger(sink TEXT NOT NULL, origin INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER "
              "NOT NULL, PRIMARY KEY(sink, origin, first)) WITHOUT ROWID; INSERT INTO weir_ledger VALUES(\"s\", 7, 1, 1); "
              "CREATE TABLE weir_positions(sink TEXT NOT NULL, source TEXT NOT NULL, stream TEXT NOT NULL, first INTEGER "
              "NOT NULL, last INTEGER NOT NULL); INSERT INTO weir_positions VALUES(\"s\", \"n/collector/c\", \"f\", 0, 10)");
  auto kept = forgetful_store{path};
  BOOST_TEST(kept.put(7, {}) == 0U);
  BOOST_TEST(kept.put(8, {}) == 1U);
  BOOST_TEST(kept.s->knowledge("n/collector/c")->positions.size() == 1U);
  BOOST_TEST(query(path, "SELECT min(seen) > 1700000000 FROM weir_positions") == "1\n");
}

/// Written by an earlier version: of two files and one client's message, ranges changed in place.
BOOST_AUTO_TEST_CASE(a_database_of_before_is_carried_over) {
  constexpr auto a_log = "t2:fe00:984075:18ec9ecba3a596ad:0:0:c:c87af51bf531372b:";
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  std::filesystem::copy_file(WEIR_SQLITE_GOLDEN "/version_2.db", path);
  auto time = manual_clock{};
  time.set_wall_ns(std::int64_t{1'795'984'965} * 1'000'000'000); // when it was written: a client's id is known for an hour
  auto context = plugin_context{"store", "n"};
  context.clock = &time;
  const auto s = test::make_store("sqlite", map_of({{"path", scalar(path)}}), context);
  BOOST_REQUIRE(s->open());
  BOOST_TEST(s->knowledge("collector/logs")->positions.size() == 4U);
  const auto put = [&](chunk c) -> std::uint64_t {
    c.source = "collector/logs";
    const auto done = test::commit(*s, {std::make_shared<const chunk>(std::move(c))});
    BOOST_REQUIRE(done);
    return done->events;
  };
  auto known = *make_chunk({numbered("a", 0, 5)}, 2);
  known.id.origin = 3747344361259752403;
  BOOST_TEST(put(known) == 0U);
  BOOST_TEST(put(*test::born_in(make_chunk({numbered("a", 0, 3)}), a_log, 40, 70)) == 1U);
  BOOST_TEST(put(*test::born_in(make_chunk({numbered("a", 0, 3)}), "~*f2:72dacdf539a755433c2862534718f2fa", 0, 3)) == 1U);
  BOOST_TEST(query(path, "SELECT count(*) FROM sqlite_master WHERE type = \"index\" AND name LIKE \"weir%stream\"") == "0\n");
  BOOST_TEST(query(path, "SELECT count(*) FROM events") == "14\n");
}

BOOST_AUTO_TEST_CASE(columns_may_be_added_later) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  BOOST_REQUIRE(
      test::commit(*open_store({{"path", scalar(path)}}), {make_chunk({one("t", record("status", 200))})}));
  open_store({{"path", scalar(path)}, {"columns", list({"status"})}});
  BOOST_TEST(query(path, "SELECT status FROM events") == "200\n");
}

BOOST_AUTO_TEST_CASE(a_full_device_leaves_nothing_of_the_batch) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  const auto s = open_store({{"path", scalar(path)}});
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 0, 10)}, 1)}));
  const auto batch = std::vector{make_chunk({numbered("a", 10, 50'000)}, 2)};
  auto before = rlimit{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  const auto limit = rlimit{256 << 10, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const auto failed = test::commit(*s, batch);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.failure().code == errc::unavailable));
  BOOST_TEST(failed.failure().what.find("cannot write \"" + path + "\"") == 0U);
  BOOST_TEST(query(path, "SELECT count(*), (SELECT last FROM weir_ledger) FROM events") == "10|1\n");
  BOOST_REQUIRE(s->open());
  BOOST_REQUIRE(test::commit(*s, batch));
  BOOST_TEST(query(path, "SELECT count(*) FROM events") == "50000\n");
}

BOOST_AUTO_TEST_CASE(a_database_that_vanished_is_made_again) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  const auto s = open_store({{"path", scalar(path)}});
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 0, 1)}, 1)}));
  for (const auto* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 1, 2)}, 2)}));
  BOOST_TEST(query(path, "SELECT record FROM events") == "{\"n\":1}\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_database_is_called_so) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  std::ofstream{path} << std::string(5000, 'x');
  const auto refused = test::make_store("sqlite", map_of({{"path", scalar(path)}}))->open();
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.failure().what == "\"" + path + "\" is not a SQLite database");
  const auto missing = test::make_store("sqlite", map_of({{"path", scalar("/proc/no/weir.db")}}))->open();
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.failure().code == errc::unavailable));
  BOOST_TEST(missing.failure().what.find("/proc/no/weir.db") != std::string::npos);
  const auto other = dir / "other.db";
  query(other, "CREATE TABLE events(x)");
  const auto strange = test::make_store("sqlite", map_of({{"path", scalar(other)}}))->open();
  BOOST_REQUIRE(!strange);
  BOOST_TEST(strange.failure().what
             == "the table \"events\" has no column \"time\"; another program made it");
}

BOOST_AUTO_TEST_CASE(wrong_settings_are_named) {
  BOOST_TEST(problem_with({}).empty());
  BOOST_TEST(problem_with({{"table", scalar("a b")}}).find("\"table\" wants a name") != std::string::npos);
  BOOST_TEST(problem_with({{"table", scalar("weir_ledger")}}).find("is taken") != std::string::npos);
  BOOST_TEST(problem_with({{"columns", list({"a", "A"})}}).find("a column already") != std::string::npos);
  BOOST_TEST(problem_with({{"columns", list({"time"})}}).find("a column already") != std::string::npos);
  BOOST_TEST(problem_with({{"columns", list({"a\"b"})}}).find("without quotes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_row_that_the_table_does_not_take_is_refused_alone) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  query(path, "CREATE TABLE events(time INTEGER NOT NULL UNIQUE, tag TEXT NOT NULL, record TEXT NOT NULL, "
              "CHECK(time <> 1700000000000000003));"
              "CREATE TRIGGER t BEFORE INSERT ON events WHEN NEW.time = 1700000000000000005 "
              "BEGIN SELECT RAISE(ABORT, forbidden); END;"
              "CREATE TRIGGER u BEFORE INSERT ON events WHEN NEW.time = 1700000000000000006 "
              "BEGIN SELECT RAISE(IGNORE); END");
  const auto s = open_store({{"path", scalar(path)}});
  auto asked = std::vector<refusal>{};
  const auto chunks = std::vector{make_chunk({numbered("a", 0, 10), numbered("b", 9, 12)}, 1)};
  const auto all = tag_pattern{};
  const auto done = s->commit({chunks, all, {}, [&](auto refused) -> result<void> {
                                 asked = {refused.begin(), refused.end()};
                                 return {};
                               }});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 9U);
  BOOST_REQUIRE(asked.size() == 4U);
  BOOST_TEST(asked[0].reason == "rejected: CHECK constraint failed: time <> 1700000000000000003");
  BOOST_TEST(asked[0].first.index == 3U);
  BOOST_TEST(asked[1].reason == "rejected: forbidden");
  BOOST_TEST(asked[1].first.index == 5U);
  BOOST_TEST(asked[2].reason == "rejected: the table ignores it");
  BOOST_TEST(asked[2].first.index == 6U);
  BOOST_TEST(asked[3].reason == "rejected: UNIQUE constraint failed: events.time");
  BOOST_TEST(asked[3].first.index == 10U);
  BOOST_TEST(query(path, "SELECT count(*) FROM events") == "9\n");
  BOOST_TEST(query(path, "SELECT origin, first, last FROM weir_ledger") == "1|1|1\n");
}

BOOST_AUTO_TEST_CASE(a_trigger_that_ends_the_transaction_costs_no_other_row) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  query(path, "CREATE TABLE events(time INTEGER NOT NULL, tag TEXT NOT NULL, record TEXT NOT NULL);"
              "CREATE TRIGGER t BEFORE INSERT ON events WHEN NEW.time % 100 = 33 "
              "BEGIN SELECT RAISE(ROLLBACK, forbidden); END");
  auto does = store_writer_settings{};
  does.make_store = [&](const plugin_context&) {
    return test::make_store("sqlite", map_of({{"path", scalar(path)}}));
  };
  does.letters = std::make_shared<letter_box>(
      "s", std::make_shared<dead_letter_file>(real_file_system(), dir / "s.jsonl"), std::nullopt);
  auto writer = store_writer{does};
  const auto c = make_chunk({numbered("a", 0, 150), numbered("b", 150, 300)}, 1);
  const auto whole = writer.run(commit_job{{c}});
  BOOST_REQUIRE(whole.failure.has_value());
  BOOST_TEST((whole.failure->code == errc::rejected));
  BOOST_TEST(query(path, "SELECT count(*) FROM events") == "0\n");
  const auto parts = writer.run(commit_job{{c}, commit_job::way::without_rejected});
  BOOST_TEST(!parts.failure.has_value());
  BOOST_TEST(parts.events == 297U);
  BOOST_TEST(query(path, "SELECT count(*), count(DISTINCT time) FROM events") == "297|297\n");
  BOOST_TEST(query(path, "SELECT origin, first, last FROM weir_ledger") == "1|1|1\n");
  auto file = std::istringstream{test::content_of(dir / "s.jsonl")};
  auto letters = 0;
  for (auto line = std::string{}; std::getline(file, line); ++letters)
    BOOST_TEST(line.find("rejected: forbidden") != std::string::npos);
  BOOST_TEST(letters == 3);
}

BOOST_AUTO_TEST_SUITE_END()
