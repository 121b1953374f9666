/// Finding events in a database that the sqlite store, or somebody else, writes.
#include "actors/sinks/sqlite/search.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;
using test::output_of;

namespace {

struct database {
  test::temporary_directory dir;
  std::string path = dir / "weir.db";

  database() { run("PRAGMA journal_mode = WAL; CREATE TABLE events(time INTEGER NOT NULL, tag TEXT NOT NULL, record TEXT NOT NULL); "
                   "CREATE INDEX events_time ON events(time)"); }
  void run(const std::string& sql) {
    const auto said = output_of("sqlite3 '" + path + "' \"" + sql + "\" 2>&1");
    BOOST_TEST_REQUIRE((said.empty() || said == "wal\n"), said);
  }
  void add(std::int64_t time, const std::string& tag, const std::string& record) {
    run("INSERT INTO events VALUES(" + std::to_string(time) + ", '" + tag + "', '" + record + "')");
  }
  auto open(const std::string& tags = {}, const std::string& text = {}) const -> sqlite_search {
    auto wish = sqlite_search::wish{{}, text};
    if (!tags.empty()) wish.tags = *tag_pattern::parse({tags});
    auto opened = sqlite_search::open(path, "events", std::move(wish));
    BOOST_TEST_REQUIRE(bool{opened}, (opened ? "" : opened.failure().what));
    return std::move(*opened);
  }
};

auto texts_of(const result<sqlite_search::findings>& found) -> std::string {
  BOOST_TEST_REQUIRE(bool{found}, (found ? "" : found.failure().what));
  auto text = found->has_more ? std::string{"+ "} : std::string{};
  for (const auto& r : found->rows) text += std::to_string(r.at.time_ns) + r.tag + ' ';
  return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(a_search, database)

BOOST_AUTO_TEST_CASE(finds_the_newest_first_page_by_page) {
  add(1, "a", "{}");
  add(3, "b", "{}");
  add(2, "c", "{}");
  add(3, "d", "{}");
  auto looks = open();
  const auto first = looks.find({{}, {}, 2});
  BOOST_TEST(texts_of(first) == "+ 3d 3b ");
  BOOST_TEST(texts_of(looks.find({{}, first->rows.back().at, 2})) == "2c 1a ");
  BOOST_TEST(texts_of(looks.find({{2, 3}, {}, 9})) == "2c ");
  BOOST_TEST(*looks.count({2, 4}) == 3U);
  BOOST_TEST((*looks.times() == std::pair<std::int64_t, std::int64_t>{1, 3}));
}

BOOST_AUTO_TEST_CASE(finds_tags_by_pattern) {
  add(1, "web.a", "{}");
  add(2, "web.b", "{}");
  add(3, "db", "{}");
  auto looks = open("web.** !web.b");
  BOOST_TEST(texts_of(looks.find({})) == "1web.a ");
  BOOST_TEST(*looks.count({0, 9}) == 1U);
}

BOOST_AUTO_TEST_CASE(takes_text_as_it_is_whatever_it_means_elsewhere) {
  add(1, "a", "100% sure");
  add(2, "b", "100 percent");
  add(3, "c", "it''s a_b");
  add(4, "d", "axb OR 1=1");
  const auto found = [&](const std::string& text) { return texts_of(open({}, text).find({})); };
  BOOST_TEST(found("100%") == "1a ");
  BOOST_TEST(found("a_b") == "3c ");
  BOOST_TEST(found("A_B") == "3c ");
  BOOST_TEST(found("it's") == "3c ");
  BOOST_TEST(found("' OR 1=1 --").empty());
  BOOST_TEST(found("\\").empty());
}

BOOST_AUTO_TEST_CASE(looks_into_an_index_of_words_if_there_is_one) {
  run("CREATE VIRTUAL TABLE events_fts USING fts5(record, content='events'); CREATE TRIGGER add_words AFTER INSERT ON events "
      "BEGIN INSERT INTO events_fts(rowid, record) VALUES (new.rowid, new.record); END");
  add(1, "a", "disk full on host");
  add(2, "b", "disk empty");
  const auto found = [&](const std::string& text) { return texts_of(open({}, text).find({})); };
  BOOST_TEST(open().uses_index());
  BOOST_TEST(found("disk") == "2b 1a ");
  BOOST_TEST(found("full DISK") == "1a ");
  BOOST_TEST(found("ful").empty());
  for (const auto* odd : {"\"", "disk OR \"", "NEAR(", "record:disk", "*", "disk* -", "^", "' --"}) BOOST_TEST((found(odd), true), odd);
  BOOST_TEST(found("disk OR full").empty()); // a word like any other
}

BOOST_AUTO_TEST_CASE(ends_when_its_time_is_over_with_what_it_has) {
  run("INSERT INTO events WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i, 'a', 'x' || i FROM n");
  auto looks = open({}, "nothing has this");
  const auto began = system_clock().monotonic();
  looks.end_at(began + 10ms);
  const auto found = looks.find({});
  BOOST_TEST_REQUIRE(bool{found});
  BOOST_TEST((found->rows.empty() && found->has_more));
  BOOST_TEST(found->problem.find("took too long") != std::string::npos);
  const auto counted = looks.count({});
  BOOST_TEST((!counted && counted.failure().code == errc::limit));
  BOOST_TEST((system_clock().monotonic() - began < 5s));
  looks.end_at(monotonic_time::max());
  BOOST_TEST(*looks.count({}) == 0U);
}

BOOST_AUTO_TEST_CASE(stops_at_what_a_page_may_hold) {
  for (auto n = 1; n <= 5; ++n) add(n, "a", std::string(1000, 'x'));
  BOOST_TEST(texts_of(open().find({{}, {}, 100, 2500})) == "+ 5a 4a 3a ");
}

BOOST_AUTO_TEST_CASE(says_what_is_not_there) {
  BOOST_TEST((sqlite_search::open(dir / "none.db", "events", {}).failure().code == errc::not_found));
  BOOST_TEST((sqlite_search::open(path, "others", {}).failure().code == errc::not_found));
  BOOST_TEST((sqlite_search::open(path, "events\"; DROP TABLE events; --", {}).failure().code == errc::malformed));
  BOOST_TEST(!*open().times());
}

BOOST_AUTO_TEST_CASE(tells_json_from_other_text) {
  add(1, "a", "{}");
  add(2, "b", "{");
  const auto found = open().find({});
  BOOST_TEST((!found->rows.at(0).is_json && found->rows.at(1).is_json));
}

BOOST_AUTO_TEST_CASE(changes_nothing) {
  auto opened = sqlite_connection::open_to_read(path);
  BOOST_TEST_REQUIRE(bool{opened});
  for (const auto* sql : {"INSERT INTO events VALUES(1, 'a', '{}')", "DROP TABLE events", "PRAGMA journal_mode = DELETE; CREATE TABLE x(y)"})
    BOOST_TEST(!opened->execute(sql), sql);
}

BOOST_AUTO_TEST_SUITE_END()
