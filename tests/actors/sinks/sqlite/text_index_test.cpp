/// The index of words that the sqlite store keeps, and what it remembers of when it committed something.
#include "actors/sinks/sqlite/search.hpp"
#include "actors/sinks/sqlite/times.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using test::entry_of;
using test::list;
using test::make_chunk;
using test::map_of;
using test::output_of;
using test::record;
using test::scalar;

namespace {

constexpr auto noon_s = std::int64_t{1'795'359'845};

struct indexed {
  test::temporary_directory dir;
  std::string path = dir / "weir.db";
  std::uint64_t sequence = 0;

  auto run(const std::string& sql) const -> std::string { return output_of("sqlite3 '" + path + "' \"" + sql + "\" 2>&1"); }
  auto open(const std::vector<std::string>& fields) const -> std::unique_ptr<store> {
    auto settings = std::vector<std::pair<std::string, config::value>>{{"path", scalar(path)}};
    if (!fields.empty()) settings.emplace_back("full_text", list(fields));
    return test::make_store("sqlite", map_of(settings));
  }
  void add(store& to, const std::string& message) {
    auto c = make_chunk({{"t", entry_of(noon_s * 1'000'000'000, record("message", message, "other", "word")), 1}}, ++sequence);
    BOOST_TEST_REQUIRE(bool{test::commit(to, {c})});
  }
  auto found(const std::string& text) const -> std::size_t {
    auto opened = sqlite_search::open(path, "events", {{}, text});
    BOOST_TEST_REQUIRE(bool{opened}, (opened ? "" : opened.failure().what));
    const auto rows = opened->find({});
    BOOST_TEST_REQUIRE(bool{rows}, (rows ? "" : rows.failure().what));
    return rows->rows.size();
  }
  auto has_index() const -> bool { return sqlite_search::open(path, "events", {})->uses_index(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(a_text_index, indexed)

BOOST_AUTO_TEST_CASE(finds_words_of_its_fields_alone) {
  const auto s = open({"message"});
  add(*s, "the quick brown fox");
  add(*s, "a lazy dog from 10.0.0.1");
  BOOST_TEST(has_index());
  BOOST_TEST(found("QUICK fox") == 1U);
  BOOST_TEST(found("10.0.0.1") == 1U);
  BOOST_TEST(found("uick") == 0U); // a part of a word
  BOOST_TEST(found("word") == 0U); // of another field
}

BOOST_AUTO_TEST_CASE(is_made_of_what_is_there_changed_and_taken_away_as_the_setting_says) {
  {
    const auto s = open({});
    add(*s, "the quick brown fox");
    BOOST_TEST(!has_index());
  }
  {
    const auto s = open({"message"});
    BOOST_TEST_REQUIRE(bool{s->open()});
    BOOST_TEST(found("quick") == 1U);
  }
  {
    const auto s = open({"record"});
    BOOST_TEST_REQUIRE(bool{s->open()});
    BOOST_TEST(found("word") == 1U);
  }
  const auto s = open({});
  BOOST_TEST_REQUIRE(bool{s->open()});
  BOOST_TEST(!has_index());
  BOOST_TEST(run("SELECT name FROM sqlite_master WHERE name LIKE 'events_fts%' OR name = 'events_text'") == "");
  BOOST_TEST(found("uick brown") == 1U);
}

BOOST_AUTO_TEST_CASE(is_as_the_events_are_whoever_changes_them) {
  const auto s = open({"message"});
  add(*s, "the first one");
  add(*s, "the second one");
  BOOST_TEST(run("DELETE FROM events WHERE record LIKE '%first%'") == "");
  BOOST_TEST(run("UPDATE events SET record = json_set(record, '$.message', 'the third one')") == "");
  add(*s, "the fourth one");
  BOOST_TEST(run("INSERT INTO events VALUES(1, 'x', '{}'), (2, 'x', json_object('message', 'the fifth one'))") == "");
  BOOST_TEST(run("CREATE TRIGGER changes AFTER INSERT ON events WHEN new.record LIKE '%sixth%' BEGIN UPDATE events SET record = "
                 "json_set(record, '$.message', 'the seventh one') WHERE rowid = new.rowid; DELETE FROM events WHERE record LIKE "
                 "'%fifth%'; END") == "");
  add(*s, "the sixth one");
  BOOST_TEST(run("VACUUM") == "");
  BOOST_TEST(run("INSERT INTO events_fts(events_fts, rank) VALUES('integrity-check', 1)") == "");
  BOOST_TEST(found("first") == 0U);
  BOOST_TEST(found("second") == 0U);
  BOOST_TEST(found("third") == 1U);
  BOOST_TEST(found("fourth") == 1U);
  BOOST_TEST(found("fifth") == 0U);
  BOOST_TEST(found("sixth") == 0U);
  BOOST_TEST(found("seventh") == 1U);
}

BOOST_AUTO_TEST_CASE(is_part_of_the_transaction) {
  const auto s = open({"message"});
  add(*s, "the first one");
  const auto c = make_chunk({{"t", entry_of(noon_s, record("message", "never stored")), 1}}, 7);
  const auto chunks = std::vector<chunk_ptr>{c};
  const auto all = tag_pattern{};
  auto batch = commit_batch{chunks, all};
  batch.confirm = [](auto) -> result<void> { return error{errc::unavailable, "not now"}; };
  BOOST_TEST(!s->commit(batch));
  BOOST_TEST(found("never") == 0U);
  BOOST_TEST(run("INSERT INTO events_fts(events_fts, rank) VALUES('integrity-check', 1)") == "");
}

BOOST_AUTO_TEST_CASE(leaves_one_of_somebody_else_alone) {
  BOOST_TEST(run("CREATE TABLE events(time INTEGER NOT NULL, tag TEXT NOT NULL, record TEXT NOT NULL); "
                 "CREATE VIRTUAL TABLE events_fts USING fts5(record, content='events')") == "");
  BOOST_TEST(bool{open({})->open()});
  const auto opened = open({"message"})->open();
  BOOST_TEST_REQUIRE(!opened);
  BOOST_TEST(opened.failure().what.find("another program's") != std::string::npos, opened.failure().what);
}

BOOST_AUTO_TEST_CASE(is_of_fields_that_can_be_columns) {
  const auto problem = [&](const std::vector<std::string>& fields) {
    return test::problems_of("sqlite", map_of({{"path", scalar("x.db")}, {"full_text", list(fields)}}));
  };
  BOOST_TEST(problem({"message", "a.b", "record", "o'k"}) == "");
  BOOST_TEST(problem({"m", "M"}).find("twice") != std::string::npos);
  BOOST_TEST(problem({"rank"}).find("rank") != std::string::npos);
  BOOST_TEST(problem({"a\"b"}).find("quotes") != std::string::npos);
  const auto s = open({"message", "a.b", "o'k"});
  BOOST_TEST_REQUIRE(bool{s->open()});
}

BOOST_AUTO_TEST_CASE(what_was_committed_has_its_time_and_of_old_databases_nothing_is_told) {
  const auto none = sqlite_times_reader::open(path, "s");
  BOOST_TEST_REQUIRE(!none);
  BOOST_TEST((none.failure().code == errc::not_found));
  add(*open({}), "one");
  BOOST_TEST(run("DROP TABLE weir_times") == ""); // as of a database of before
  add(*open({}), "two");
  auto times = sqlite_times_reader::open(path, "s");
  BOOST_TEST_REQUIRE(bool{times}, (times ? "" : times.failure().what));
  BOOST_TEST(!times->of_row(1).has_value());
  const auto at = times->of_row(2);
  BOOST_TEST_REQUIRE(at.has_value());
  BOOST_TEST(*at > 1'700'000'000);
  BOOST_TEST((times->oldest() == at));
  const auto ids = times->of({}, stream_of_origin(1), 2);
  BOOST_TEST_REQUIRE(bool{ids});
  BOOST_TEST(ids->size() == 1U);
  BOOST_TEST(ids->front().at_s == *at);
}

BOOST_AUTO_TEST_SUITE_END()
