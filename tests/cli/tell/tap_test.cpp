/// What a viewer is shown of what passes: the filter, the pace, the form; and how nodes hand it on.
#include "cli/tell/tap_view.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::cli;
using namespace std::chrono_literals;
using namespace std::string_literals;
using test::entry_of;
using test::record;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789};

struct tagged {
  std::string tag;
  std::vector<std::string> records;
};

auto chunk_of(const std::vector<tagged>& all) -> chunk_ptr {
  auto made = std::make_shared<chunk>();
  auto body = byte_buffer{};
  for (const auto& part : all) {
    const auto before = body.size();
    for (const auto& r : part.records) body.append(entry_of(noon, r));
    made->count += part.records.size();
    made->sections.push_back({part.tag, static_cast<std::uint32_t>(part.records.size()), static_cast<std::uint32_t>(body.size() - before), 0});
  }
  made->source = "edge-1/collector/app";
  made->body = shared_bytes{std::move(body)};
  return made;
}

auto numbered(const std::string& tag, int events) -> tagged {
  auto made = tagged{tag, {}};
  for (auto n = 0; n < events; ++n) made.records.push_back(record("n", n));
  return made;
}

struct watched {
  std::shared_ptr<actor_board> board = std::make_shared<actor_board>(sink_measures);
  std::vector<board_registry::known> all{{{"n/sink/files", "files", "sink", "file"}, board}};
  monotonic_time now{1h};

  auto view(const std::string& tags = {}, const std::string& where = {}, tap_pace pace = {}, tag_pattern accepts = {}) {
    auto filter = tap_filter::make(tags, where);
    BOOST_TEST_REQUIRE(bool{filter});
    auto made = std::make_unique<tap_view>(tap_wish{"files", false, tap_wish::form::json}, std::move(*filter), std::move(accepts), "n", pace);
    BOOST_TEST(made->attend(all));
    return made;
  }
  void pass(const std::vector<tagged>& what) { board->taps().entry.note(chunk_of(what)); }
};

auto problem_of(const std::string& tags, const std::string& where) -> std::string {
  const auto made = tap_filter::make(tags, where);
  return made ? "" : made.failure().what;
}

auto takes(const std::string& where, const std::string& rec) -> bool {
  auto made = tap_filter::make({}, where);
  BOOST_TEST_REQUIRE(bool{made});
  return made->takes({"t", noon, rec, false});
}

auto balances(const tap_counts& c) -> bool { return c.passed == c.shown + c.unfit + c.left_out; }

} // namespace

BOOST_FIXTURE_TEST_SUITE(a_tap, watched)

BOOST_AUTO_TEST_CASE(shows_an_event_as_one_line_of_json) {
  const auto looks = view();
  pass({{"web.a", {record("n", 1, "s", "line\nfeed \"quoted\"")}}});
  const auto news = looks->read(now);
  BOOST_TEST_REQUIRE(news.events.size() == 1U);
  BOOST_TEST(news.events.front()
             == "{\"time\":\"2026-11-22T15:04:05.123456789Z\",\"tag\":\"web.a\",\"node\":\"n\",\"source\":\"edge-1/collector/app\","
                "\"record\":{\"n\":1,\"s\":\"line\\nfeed \\\"quoted\\\"\"}}");
}

BOOST_AUTO_TEST_CASE(shows_bytes_that_are_no_text_as_text_and_damage_as_left_out) {
  const auto looks = view();
  pass({{"b\xff\n", {record("k\xfe", "v\xff\x00\x1b"s)}}, {"bad", {"\xc1"}}, {"not.a.map", {"\x01"}}});
  const auto news = looks->read(now);
  BOOST_TEST(balances(news.counts));
  BOOST_TEST(news.counts.passed == 3U);
  BOOST_TEST_REQUIRE(!news.events.empty());
  for (const auto& line : news.events) {
    BOOST_TEST(line.find_first_of("\n\x1b\xff\xfe\xc1") == std::string::npos);
    BOOST_TEST((line.starts_with("{\"time\"") && line.ends_with("}")));
  }
}

BOOST_AUTO_TEST_CASE(looks_only_at_its_component_and_ends_with_its_viewer) {
  auto looks = view();
  auto other = std::make_shared<actor_board>(sink_measures);
  auto filter = tap_filter::make({}, {});
  auto none = tap_view{tap_wish{"nobody", false, tap_wish::form::json}, std::move(*filter), {}, "n"};
  BOOST_TEST(!none.attend(all));
  all.push_back({{"n/sink/files.2", "files", "sink", "file"}, other});
  BOOST_TEST(looks->attend(all));
  BOOST_TEST(other->taps().entry.is_watched());
  all.erase(all.begin());
  BOOST_TEST(looks->attend(all));
  BOOST_TEST(!board->taps().entry.is_watched());
  looks.reset();
  BOOST_TEST(!other->taps().entry.is_watched());
}

BOOST_AUTO_TEST_CASE(shows_no_more_than_its_pace_and_counts_the_rest) {
  const auto looks = view({}, {}, {10, 1 << 20, 1 << 10, 1 << 20});
  pass({numbered("a", 100)});
  pass({numbered("b", 100)});
  auto news = looks->read(now);
  BOOST_TEST(news.events.size() == 10U);
  BOOST_TEST(news.counts.left_out == 190U);
  BOOST_TEST(news.events[0].find("\"a\"") != std::string::npos);
  BOOST_TEST(news.events[9].find("\"b\"") != std::string::npos); // some of each
  pass({numbered("c", 100)});
  BOOST_TEST(looks->read(now).events.empty());
  pass({numbered("d", 100)});
  news = looks->read(now + 500ms);
  BOOST_TEST(news.events.size() == 5U);
  BOOST_TEST(balances(news.counts));
}

BOOST_AUTO_TEST_CASE(looks_at_no_more_bytes_than_its_pace_where_little_fits) {
  const auto looks = view({}, "{n: \"^99$\"}", {200, 500, 1 << 10, 1 << 20});
  pass({numbered("a", 1000)});
  const auto news = looks->read(now);
  BOOST_TEST(news.events.empty());
  BOOST_TEST(news.counts.unfit < 100U);
  BOOST_TEST(news.counts.left_out > 900U);
  BOOST_TEST(balances(news.counts));
}

BOOST_AUTO_TEST_CASE(cuts_what_is_large_between_characters) {
  const auto looks = view({}, {}, {10, 1 << 20, 20, 1 << 20});
  pass({{"a", {record("k", "äöüäöüäöüäöü")}}});
  const auto news = looks->read(now);
  BOOST_TEST_REQUIRE(news.events.size() == 1U);
  BOOST_TEST(news.events[0].find("\"bytes\":32,\"text\":\"{\\\"k\\\":\\\"äöüäöüä\"") != std::string::npos, news.events[0]);
}

BOOST_AUTO_TEST_CASE(takes_tags_by_pattern_and_of_a_sink_what_it_accepts) {
  const auto looks = view("web.** !web.b", {}, {}, *tag_pattern::parse({"web.*"}));
  pass({numbered("web.a", 1), numbered("web.b", 1), numbered("web.a.b", 1), numbered("db", 1)});
  const auto news = looks->read(now);
  BOOST_TEST(news.events.size() == 1U);
  BOOST_TEST(news.counts.unfit == 3U);
}

BOOST_AUTO_TEST_CASE(takes_events_by_their_fields_or_by_a_text) {
  const auto rec = record("status", 503, "path", "/api/v1: x", "level", "error");
  BOOST_TEST(takes("{status: \"^5\", path: \"^/api\"}", rec));
  BOOST_TEST(!takes("{status: \"^4\"}", rec));
  BOOST_TEST(takes("level: error", rec));
  BOOST_TEST(takes("/api", rec));
  BOOST_TEST(takes("\"v1: x\"", rec));
  BOOST_TEST(!takes("nothing of it", rec));
  BOOST_TEST(!takes("{missing: \"\"}", rec));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_what_is_asked_for) {
  BOOST_TEST(problem_of("{a", {}).find("\"tag\": ") == 0U);
  BOOST_TEST(problem_of({}, "{status: \"(\"}").find("no RE2 expression") != std::string::npos);
  BOOST_TEST(problem_of({}, "{status").find("\"where\": ") == 0U);
  BOOST_TEST(problem_of({}, "{status: {a: b}}").find("regular expression") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(is_handed_on_as_text_and_read_back) {
  auto news = tap_news{};
  news.counts = {10, 2, 3, 5};
  news.problems = {"edge-1: it does not answer"};
  news.events = {"{\"a\":1}", "{}"};
  const auto read = parse_tap_news(to_text(news));
  BOOST_TEST_REQUIRE(bool{read});
  BOOST_TEST((read->counts.passed == 10U && read->counts.left_out == 5U && !read->is_absent));
  BOOST_TEST(read->problems == news.problems, boost::test_tools::per_element());
  BOOST_TEST(read->events == news.events, boost::test_tools::per_element());
  BOOST_TEST(parse_tap_news("absent\n")->is_absent);
  for (const auto* bad : {"", "x", "1 2 3", "1 2 3 4 5", "-1 2 3 4\n", "1 2 3 99999999999999999999\n"})
    BOOST_TEST(!parse_tap_news(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
