/// The store against a real OpenSearch.
#include "tests/support/peer.hpp"
#include "tests/support/store_contract.hpp"

#include <algorithm>

using namespace weir;
using namespace weir::test;

namespace {

auto the_server() -> peer& {
  static auto one = peer{"opensearch"};
  return one;
}

auto url() -> std::string { return "http://" + the_server().address(); }

auto ask(const std::string& path, const std::string& method = "GET", const std::string& body = {}) -> std::string {
  return output_of("curl -s -X" + method + " -H 'Content-Type: application/json' '" + url() + path + "'"
                   + (body.empty() ? "" : " -d '" + body + "'"));
}

/// The field `n` of all documents, in order.
auto numbers_in(const std::string& indices) -> std::vector<std::int64_t> {
  ask('/' + indices + "/_refresh");
  const auto found = ask('/' + indices + "/_search?size=10000&filter_path=hits.hits._source.n&allow_no_indices=true");
  auto numbers = std::vector<std::int64_t>{};
  for (auto at = found.find("\"n\":"); at != std::string::npos; at = found.find("\"n\":", at + 1))
    numbers.push_back(std::stoll(found.substr(at + 4)));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

auto up_to(std::int64_t end) -> std::vector<std::int64_t> {
  auto numbers = std::vector<std::int64_t>{};
  for (std::int64_t n = 0; n < end; ++n) numbers.push_back(n);
  return numbers;
}

auto store_for(std::vector<std::pair<std::string, config::value>> settings, const std::string& component = "s") {
  settings.emplace_back("endpoints", list({url()}));
  return make_store("opensearch", map_of(settings), {component, "n"});
}

auto must(const result<committed>& done) -> const committed& {
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  return *done;
}

auto read_at(const chunk_ptr& c, std::int64_t time_ns) -> chunk_ptr {
  auto made = std::make_shared<chunk>(*c);
  auto body = byte_buffer{};
  auto entries = entry_reader{c->body.view()};
  for (auto e = entry{}; entries.next(e);) body.append(entry_of(time_ns, e.record));
  made->body = shared_bytes{std::move(body)};
  made->timed_at_reading = {{0, c->count}};
  made->id.origin += 1;
  return made;
}

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789};
constexpr auto a_day = std::int64_t{86'400'000'000'000};

} // namespace

BOOST_AUTO_TEST_SUITE(opensearch)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  check_store_contract({[] { return store_for({{"index", scalar("contract-{tag}-%Y.%m.%d")}}); },
                        [] { return numbers_in("contract-*"); }});
}

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_with_a_data_stream) {
  check_store_contract({[] { return store_for({{"data_stream", scalar("contract2")}}, "d"); },
                        [] { return numbers_in("contract2"); }});
}

BOOST_AUTO_TEST_CASE(an_event_that_comes_again_in_any_chunk_is_there_once) {
  const auto s = store_for({{"index", scalar("again-{tag}-%Y.%m.%d")}}, "again");
  BOOST_TEST(must(commit(*s, {at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 1000)})).events == 10U);
  const auto other = store_for({{"index", scalar("again-{tag}-%Y.%m.%d")}}, "again");
  const auto cut_otherwise = at_positions(make_chunk({numbered("a", 5, 15)}, 99), 500, 1500);
  BOOST_TEST(must(commit(*other, {cut_otherwise})).events == 5U);
  BOOST_TEST((numbers_in("again-*") == up_to(15)));
}

BOOST_AUTO_TEST_CASE(what_has_no_time_of_its_own_is_not_stored_for_another_day) {
  const auto s = store_for({{"index", scalar("timed-{tag}-%Y.%m.%d")}}, "timed");
  const auto c = at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 1000);
  BOOST_TEST(must(commit(*s, {read_at(c, noon)})).events == 10U);
  BOOST_TEST(must(commit(*s, {read_at(at_positions(make_chunk({numbered("a", 5, 15)}, 2), 500, 1500), noon + a_day)})).events == 5U);
  BOOST_TEST(must(commit(*s, {read_at(c, noon - a_day)})).events == 0U);
  BOOST_TEST((numbers_in("timed-*") == up_to(15)));
}

BOOST_AUTO_TEST_CASE(nor_are_those_of_many_tags) {
  const auto s = store_for({{"index", scalar("many-{tag}-%Y.%m.%d")}}, "many");
  auto sections = std::vector<tagged_entries>{};
  for (auto n = 0; n < 12; ++n) sections.push_back(numbered("t" + std::to_string(n), n, n + 1));
  const auto c = at_positions(make_chunk(sections, 1), 0, 1200);
  BOOST_TEST(must(commit(*s, {read_at(c, noon)})).events == 12U);
  BOOST_TEST(must(commit(*s, {read_at(c, noon + a_day)})).events == 0U);
  BOOST_TEST((numbers_in("many-*") == up_to(12)));
}

BOOST_AUTO_TEST_CASE(a_rollover_between_a_write_and_its_repetition_does_not_double) {
  const auto settings = std::vector<std::pair<std::string, config::value>>{{"data_stream", scalar("rolled")}};
  const auto c = at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 1000);
  const auto s = store_for(settings, "rolled");
  BOOST_TEST(must(commit(*s, {c})).events == 10U);
  BOOST_TEST(ask("/rolled/_rollover", "POST").find("\"rolled_over\":true") != std::string::npos);
  // One that knows nothing of that, and one that comes to it.
  BOOST_TEST(must(commit(*s, {c})).events == 0U);
  BOOST_TEST(must(commit(*s, {at_positions(make_chunk({numbered("a", 8, 12)}, 2), 800, 1200)})).events == 2U);
  BOOST_TEST(must(commit(*store_for(settings, "rolled"), {c})).events == 0U);
  BOOST_TEST((numbers_in("rolled") == up_to(12)));
}

BOOST_AUTO_TEST_CASE(an_alias_that_rolls_over_does_not_double_either) {
  ask("/books-000001", "PUT", R"({"aliases":{"books":{"is_write_index":true}}})");
  const auto settings = std::vector<std::pair<std::string, config::value>>{{"index", scalar("books")}};
  const auto c = at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 1000);
  const auto s = store_for(settings, "books");
  BOOST_TEST(must(commit(*s, {c})).events == 10U);
  BOOST_TEST(ask("/books/_rollover", "POST").find("\"rolled_over\":true") != std::string::npos);
  BOOST_TEST(must(commit(*s, {c})).events == 0U);
  BOOST_TEST(must(commit(*store_for(settings, "books"), {c})).events == 0U);
  BOOST_TEST((numbers_in("books") == up_to(10)));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_the_mapping_is_refused_and_all_else_is_stored) {
  const auto s = store_for({{"index", scalar("picky")},
                            {"template", map_of({{"mappings", map_of({{"properties", map_of({{"n", map_of({{"type", scalar("long")}})}})}})}})}},
                           "picky");
  auto section = tagged_entries{"a", {}, 200};
  for (auto n = 0; n < 200; ++n) section.entries += entry_of(noon + n, n % 100 == 7 ? record("n", "seven") : record("n", n));
  const auto done = must(commit(*s, {make_chunk({section})}));
  BOOST_TEST(done.events == 198U);
  BOOST_REQUIRE(done.refused.size() == 2U);
  BOOST_TEST(done.refused[0].first.index == 7U);
  BOOST_TEST(done.refused[1].first.index == 107U);
  BOOST_TEST(done.refused[0].reason == "rejected: mapper_parsing_exception: failed to parse field [n] of type [long]");
  BOOST_TEST(numbers_in("picky").size() == 198U);
}

BOOST_AUTO_TEST_CASE(hostile_tags_get_an_index_each) {
  const auto s = store_for({{"index", scalar("tags-{tag}")}}, "tags");
  auto sections = std::vector<tagged_entries>{};
  auto n = 0;
  for (const auto* tag : {"a\"; drop table", "../x", "UPPER", "*", "a,b", "_all", "-", ".", "%2e"}) {
    sections.push_back(numbered(tag, n, n + 1));
    ++n;
  }
  sections.push_back(numbered(std::string(3000, 'x'), n, n + 1));
  BOOST_TEST(must(commit(*s, {make_chunk(sections)})).events == 10U);
  BOOST_TEST((numbers_in("tags-*") == up_to(10)));
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_told_where_nothing_may_be_made) {
  const auto told = [](std::vector<std::pair<std::string, config::value>> settings) {
    settings.emplace_back("create", scalar("false"));
    const auto s = store_for(settings, "missing");
    const auto opened = s->open();
    const auto examined = s->examine();
    BOOST_REQUIRE(examined);
    BOOST_REQUIRE(examined->size() == 1U);
    BOOST_TEST(examined->front() == url() + ": " + (opened ? "" : opened.failure().what));
    return opened ? std::string{} : opened.failure().what;
  };
  BOOST_TEST(told({{"index", scalar("nowhere")}}) == "there is no index \"nowhere\", and \"create: false\" makes none");
  BOOST_TEST(told({{"data_stream", scalar("nowhere")}}) == "there is no data stream \"nowhere\", and \"create: false\" makes none");
  BOOST_TEST(told({{"pipeline", scalar("nowhere")}}) == "there is no ingest pipeline \"nowhere\"");
}

BOOST_AUTO_TEST_CASE(an_examination_looks_at_each_host_and_makes_nothing) {
  const auto nobody = std::string{"http://127.0.0.1:1"};
  const auto s = make_store("opensearch", map_of({{"index", scalar("examined")}, {"endpoints", list({url(), nobody})}}), {"s", "n"});
  const auto wrong = s->examine();
  BOOST_REQUIRE(wrong);
  BOOST_REQUIRE(wrong->size() == 1U);
  BOOST_TEST(wrong->front().starts_with("cannot connect: cannot reach " + nobody + ": "), wrong->front());
  BOOST_TEST((store_for({{"index", scalar("examined")}})->examine() == std::optional<std::vector<std::string>>{std::vector<std::string>{}}));
  BOOST_TEST(ask("/examined").find("index_not_found") != std::string::npos);
  BOOST_TEST(ask("/_index_template/weir-examined").find("resource_not_found") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_read_only_index_stops_all_until_it_is_not) {
  const auto s = store_for({{"index", scalar("locked")}}, "locked");
  BOOST_TEST(must(commit(*s, {make_chunk({numbered("a", 0, 5)})})).events == 5U);
  ask("/locked/_settings", "PUT", R"({"index.blocks.read_only_allow_delete":true})");
  const auto c = make_chunk({numbered("a", 5, 10)});
  const auto done = commit(*s, {c});
  BOOST_REQUIRE(!done);
  BOOST_CHECK(done.failure().code == errc::unavailable);
  BOOST_TEST(done.failure().what.starts_with("the server takes nothing now: cluster_block_exception: index [locked] blocked by"), done.failure().what);
  ask("/locked/_settings", "PUT", R"({"index.blocks.read_only_allow_delete":null})");
  BOOST_REQUIRE(s->open());
  BOOST_TEST(must(commit(*s, {c})).events == 5U);
  BOOST_TEST((numbers_in("locked") == up_to(10)));
}

BOOST_AUTO_TEST_CASE(an_old_index_that_is_read_only_keeps_nobody_else_waiting) {
  const auto s = store_for({{"index", scalar("closed-{tag}-%Y.%m.%d")}}, "closed");
  BOOST_TEST(must(commit(*s, {make_chunk({numbered("a", 0, 5)})})).events == 5U); // of 2023
  ask("/closed-a-2023.11.14/_settings", "PUT", R"({"index.blocks.write":true})");
  auto today = tagged_entries{"a", entry_of(system_clock().wall_ns(), record("n", 5)), 1};
  const auto done = must(commit(*s, {make_chunk({numbered("a", 900, 903), today})}));
  BOOST_TEST(done.events == 1U);
  BOOST_TEST(refused_events(done) == 3U);
  BOOST_TEST((numbers_in("closed-*") == up_to(6)));
}

BOOST_AUTO_TEST_CASE(an_index_that_is_not_made_by_itself_is_made) {
  ask("/_cluster/settings", "PUT", R"({"persistent":{"action.auto_create_index":"false"}})");
  const auto s = store_for({{"index", scalar("unmade-{tag}")}}, "unmade");
  const auto done = commit(*s, {make_chunk({numbered("a", 0, 5), numbered("b", 5, 10)})});
  ask("/_cluster/settings", "PUT", R"({"persistent":{"action.auto_create_index":null}})");
  BOOST_TEST(must(done).events == 10U);
  BOOST_TEST((numbers_in("unmade-*") == up_to(10)));
}

BOOST_AUTO_TEST_CASE(templates_for_names_that_overlap_stand_side_by_side) {
  auto n = 0;
  for (const auto* index : {"over-{tag}", "over-a", "over-{tag}-%Y", "over-%Y-{tag}", "over-%m-{tag}"}) {
    const auto s = store_for({{"index", scalar(index)}}, "over");
    must(commit(*s, {make_chunk({numbered("a", n, n + 1)})}));
    ++n;
  }
  BOOST_TEST((numbers_in("over-*") == up_to(5)));
  BOOST_TEST(ask("/_index_template/weir-over-_-_").find("date_nanos") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(times_are_kept_to_the_nanosecond_and_can_be_sorted_by) {
  const auto s = store_for({{"index", scalar("nanos-{tag}-%Y.%m.%d")}}, "nanos");
  must(commit(*s, {make_chunk({numbered("a", 0, 10)})}));
  numbers_in("nanos-*");
  const auto last = ask("/nanos-*/_search?sort=@timestamp:desc&size=1&filter_path=hits.hits._source,hits.hits.sort");
  BOOST_TEST(last.find("\"n\":9") != std::string::npos, last);
  BOOST_TEST(last.find("1700000000000000009") != std::string::npos, last);
}

BOOST_AUTO_TEST_SUITE_END()
