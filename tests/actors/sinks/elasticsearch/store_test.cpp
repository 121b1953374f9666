/// The store against a server of the test's own, which answers what real ones seldom do.
#include "tests/support/http_server.hpp"
#include "tests/support/store_contract.hpp"

#include "runtime/codec/compression.hpp"

#include <algorithm>
#include <deque>

using namespace weir;
using namespace weir::test;

namespace {

/// Answers _bulk with what the test has put down, item by item, and all else as an empty server that lets everything be made.
struct double_of_a_server {
  std::string greeting = R"({"version":{"number":"2.19.0","distribution":"opensearch"}})";
  std::deque<std::vector<int>> statuses; ///< of the items of one request after the other; then all are stored
  std::deque<std::string> whole;         ///< answers in place of these; empty: none
  std::string error = R"({"type":"a_type","reason":"a reason"})";
  std::vector<std::size_t> asked;        ///< documents of each _bulk
  std::vector<std::string> paths;
  http_server server{[this](const got_request& r) { return answer(r); }};

  auto answer(const got_request& r) -> std::string {
    const auto line = r.line();
    paths.push_back(line.substr(0, line.find(" HTTP")));
    if (line.starts_with("GET / ")) return http_answer_text(200, greeting);
    if (line.starts_with("GET /_alias/")) return http_answer_text(404, "{}");
    if (line.starts_with("POST /_bulk")) return bulk_answer(text_of(r));
    return http_answer_text(200, "{}");
  }
  static auto text_of(const got_request& r) -> std::string {
    if (!r.has("Content-Encoding: gzip")) return r.body;
    auto plain = byte_buffer{};
    BOOST_REQUIRE(decompress(compression::gzip, r.body, std::size_t{64} << 20, plain));
    return std::string{plain.view()};
  }
  auto bulk_answer(const std::string& body) -> std::string {
    const auto count = static_cast<std::size_t>(std::count(body.begin(), body.end(), '\n')) / 2;
    asked.push_back(count);
    if (!whole.empty()) {
      const auto given = whole.front();
      whole.pop_front();
      if (!given.empty()) return given;
    }
    auto of_items = std::vector<int>(count, 201);
    if (!statuses.empty()) {
      of_items = statuses.front();
      statuses.pop_front();
    }
    auto text = std::string{};
    for (const auto status : of_items)
      text += (text.empty() ? "" : ",") + std::string{R"({"create":{"status":)"} + std::to_string(status)
              + (status < 300 ? "" : ",\"error\":" + (status == 409 ? R"({"type":"version_conflict_engine_exception"})" : error)) + "}}";
    return http_answer_text(200, R"({"errors":true,"items":[)" + text + "]}");
  }
  auto store(std::vector<std::pair<std::string, config::value>> settings = {}) const {
    settings.emplace_back("endpoints", list({server.url()}));
    if (std::none_of(settings.begin(), settings.end(), [](const auto& s) { return s.first == "data_stream"; }))
      settings.emplace_back("index", scalar("logs"));
    if (std::none_of(settings.begin(), settings.end(), [](const auto& s) { return s.first == "timeout"; }))
      settings.emplace_back("timeout", map_of({{"request", scalar("5s")}}));
    return make_store("opensearch", map_of(settings));
  }
};

auto must_have(const result<committed>& done) -> const committed& {
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  return *done;
}

auto failure_of(const result<committed>& done) -> std::string { return done ? "" : done.failure().what; }

} // namespace

BOOST_AUTO_TEST_SUITE(elasticsearch_stores)

BOOST_AUTO_TEST_CASE(a_mixed_answer_loses_nothing_and_repeats_only_what_is_to_come_later) {
  auto peer = double_of_a_server{};
  peer.statuses = {{201, 409, 429, 400, 503}, {429, 201}, {201}};
  const auto s = peer.store();
  const auto done = commit(*s, {make_chunk({numbered("a", 0, 5)})});
  BOOST_REQUIRE_MESSAGE(done, failure_of(done));
  BOOST_TEST(done->events == 3U); // not what was known, nor what is refused
  BOOST_REQUIRE(done->refused.size() == 1U);
  BOOST_TEST(done->refused[0].first.index == 3U);
  BOOST_TEST(done->refused[0].reason == "rejected: a_type: a reason");
  BOOST_TEST((peer.asked == std::vector<std::size_t>{5, 2, 1}));
}

BOOST_AUTO_TEST_CASE(an_answer_for_another_number_of_documents_is_none) {
  auto peer = double_of_a_server{};
  peer.statuses = {{201, 201}};
  const auto s = peer.store();
  const auto c = make_chunk({numbered("a", 0, 3)});
  const auto done = commit(*s, {c});
  BOOST_REQUIRE(!done);
  BOOST_CHECK(done.failure().code == errc::unavailable);
  BOOST_TEST(done.failure().what == peer.server.url() + " answered for 2 of 3 documents");
  // What is there when it is written again was ours.
  peer.statuses = {{409, 409, 201}};
  BOOST_REQUIRE(s->open());
  const auto again = commit(*s, {c});
  BOOST_REQUIRE(again);
  BOOST_TEST(again->events == 3U);
  peer.statuses = {{409, 409, 409}};
  BOOST_TEST(commit(*s, {c})->events == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_too_large_is_halved_and_none_is_so_large_again) {
  auto peer = double_of_a_server{};
  const auto s = peer.store();
  peer.whole = {http_answer_text(413, ""), http_answer_text(413, "")};
  const auto done = commit(*s, {make_chunk({numbered("a", 0, 64)})});
  BOOST_REQUIRE_MESSAGE(done, failure_of(done));
  BOOST_TEST(done->events == 64U);
  const auto largest = *std::max_element(peer.asked.begin() + 2, peer.asked.end());
  BOOST_TEST(largest <= 16U);
  peer.asked.clear();
  BOOST_REQUIRE(s->open()); // as after a failure: that is not forgotten
  BOOST_REQUIRE(commit(*s, {make_chunk({numbered("a", 64, 128)})}));
  BOOST_TEST(*std::max_element(peer.asked.begin(), peer.asked.end()) <= 16U);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_not_answered_in_time_comes_again_as_smaller_ones) {
  auto peer = double_of_a_server{};
  const auto s = peer.store({{"timeout", map_of({{"connect", scalar("100ms")}, {"request", scalar("200ms")}})}});
  auto section = tagged_entries{"a", {}, 64};
  for (auto n = 0; n < 64; ++n) section.entries += entry_of(n, record("text", std::string(4000, 'x')));
  const auto c = make_chunk({section});
  peer.whole = {http_server::silence};
  BOOST_REQUIRE(!commit(*s, {c}));
  BOOST_REQUIRE(s->open());
  BOOST_TEST(must_have(commit(*s, {c})).events == 64U);
  BOOST_TEST(peer.asked.front() == 64U);
  BOOST_TEST(*std::max_element(peer.asked.begin() + 1, peer.asked.end()) <= 32U);
}

BOOST_AUTO_TEST_CASE(a_document_that_is_too_large_is_refused_alone) {
  auto peer = double_of_a_server{};
  const auto s = peer.store();
  peer.whole = {http_answer_text(413, "")};
  const auto done = commit(*s, {make_chunk({numbered("a", 0, 1)})});
  BOOST_REQUIRE_MESSAGE(done, failure_of(done));
  BOOST_REQUIRE(done->refused.size() == 1U);
  BOOST_TEST(done->refused[0].reason == "rejected: larger than the server takes (413)");
}

BOOST_AUTO_TEST_CASE(one_document_that_spoils_a_request_is_found) {
  auto peer = double_of_a_server{};
  const auto s = peer.store();
  const auto spoiled = http_answer_text(400, R"({"error":{"type":"x_content_parse_exception","reason":"bad"},"status":400})");
  peer.whole = {spoiled, "", spoiled, "", spoiled, "", ""}; // 8: 4 and 4, of these 2 and 2, of these 1 and 1
  const auto done = commit(*s, {make_chunk({numbered("a", 0, 8)})});
  BOOST_REQUIRE_MESSAGE(done, failure_of(done));
  BOOST_TEST(done->events + refused_events(*done) == 8U);
}

BOOST_AUTO_TEST_CASE(an_overload_is_waited_for_until_patience_ends) {
  auto peer = double_of_a_server{};
  const auto s = peer.store({{"timeout", map_of({{"request", scalar("300ms")}})}});
  peer.statuses.assign(1000, {429});
  const auto done = commit(*s, {make_chunk({numbered("a", 0, 1)})});
  BOOST_REQUIRE(!done);
  BOOST_CHECK(done.failure().code == errc::unavailable);
  BOOST_TEST(done.failure().what == "the server does not keep up: a_type: a reason");
  BOOST_TEST(peer.asked.size() > 1U);
}

BOOST_AUTO_TEST_CASE(a_server_that_wants_to_be_left_alone_for_long_is) {
  auto peer = double_of_a_server{};
  const auto s = peer.store();
  peer.whole = {http_answer_text(429, R"({"error":{"type":"circuit_breaking_exception","reason":"too much"}})", "Retry-After: 3600\r\n")};
  const auto c = make_chunk({numbered("a", 0, 1)});
  BOOST_TEST(failure_of(commit(*s, {c})) == "the server does not keep up: 429 circuit_breaking_exception: too much");
  BOOST_TEST(failure_of(commit(*s, {c})) == "the server does not keep up: it wants to be left alone");
  BOOST_TEST(peer.asked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_stops_everything_is_told_in_one_line_and_nothing_is_dropped) {
  const auto told = [](int status, const std::string& error) {
    auto peer = double_of_a_server{};
    peer.error = error;
    peer.statuses = {{201, status, 201}};
    const auto s = peer.store();
    const auto done = commit(*s, {make_chunk({numbered("a", 0, 3)})});
    BOOST_REQUIRE(!done);
    BOOST_CHECK(done.failure().code == errc::unavailable);
    return done.failure().what;
  };
  BOOST_TEST(told(429, R"({"type":"cluster_block_exception","reason":"index [logs] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark];"})")
             == "the server takes nothing now: cluster_block_exception: index [logs] blocked by: [TOO_MANY_REQUESTS/12/disk usage "
                "exceeded flood-stage watermark];");
  BOOST_TEST(told(403, R"({"type":"cluster_block_exception","reason":"index [logs] blocked by: [FORBIDDEN/8/index write (api)];"})")
                 .starts_with("the server takes nothing now: "));
  BOOST_TEST(told(403, R"({"type":"security_exception","reason":"action is unauthorized"})")
             == "the server does not let this be written: security_exception: action is unauthorized");
}

BOOST_AUTO_TEST_CASE(a_login_that_is_not_taken_is_told_by_open) {
  auto server = http_server{[](const auto&) {
    return http_answer_text(401, R"({"error":{"type":"security_exception","reason":"unable to authenticate user [weir]"},"status":401})");
  }};
  const auto s = make_store("elasticsearch", map_of({{"endpoints", list({server.url()})},
                                                     {"auth", map_of({{"user", scalar("weir")}, {"password", scalar("geheim")}})}}));
  const auto opened = s->open();
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.failure().what == server.url() + " does not take the login (401): security_exception: unable to authenticate user [weir]");
}

BOOST_AUTO_TEST_CASE(somebody_else_at_that_address_is_told) {
  auto server = http_server{[](const auto&) { return http_answer_text(200, "hello"); }};
  const auto opened = make_store("elasticsearch", map_of({{"endpoints", list({server.url()})}}))->open();
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.failure().what == server.url() + " is no Elasticsearch or OpenSearch: it answered hello");
}

BOOST_AUTO_TEST_CASE(an_elasticsearch_of_today_is_told_to_take_data_streams_alone) {
  auto peer = double_of_a_server{};
  peer.greeting = R"({"version":{"number":"8.13.4"},"tagline":"You Know, for Search"})";
  auto server = http_server{[&](const got_request& r) {
    if (r.line().starts_with("GET /_data_stream/"))
      return http_answer_text(200, R"({"data_streams":[{"name":"logs","indices":[{"index_name":".ds-logs-1"}]}]})");
    return peer.answer(r);
  }};
  const auto s = make_store("elasticsearch", map_of({{"endpoints", list({server.url()})}, {"data_stream", scalar("logs")}, {"auth", map_of({{"token", scalar("a2V5")}})}}));
  BOOST_REQUIRE(s->open());
  peer.whole = {http_answer_text(200, R"({"items":[{"create":{"status":201,"_index":".ds-logs-1"}}]})")};
  const auto done = commit(*s, {make_chunk({numbered("a", 0, 1)})});
  BOOST_REQUIRE_MESSAGE(done, failure_of(done));
  BOOST_TEST(peer.paths.back().find("&require_data_stream=true") != std::string::npos);
  for (const auto& r : server.requests()) BOOST_TEST(r.has("Authorization: ApiKey a2V5"));
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_sense_are_told) {
  const auto problem = [](const std::string& key, config::value given) {
    return problems_of("opensearch", map_of({{key, std::move(given)}}));
  };
  BOOST_TEST(problem("index", scalar("Logs")).find("upper case") != std::string::npos);
  BOOST_TEST(problem("data_stream", scalar("a b")) != "");
  BOOST_TEST(problem("data_stream", scalar("logs-{tag}")) != "");
  BOOST_TEST(problem("endpoints", list({"ftp://x"})) != "");
  BOOST_TEST(problem("endpoints", list({"http://u:geheim@x"})).find("geheim") == std::string::npos);
  BOOST_TEST(problem("compress", scalar("zstd")) != "");
  BOOST_TEST(problem("template", scalar("x")) != "");
  BOOST_TEST(problem("routing", scalar("a..b")) != "");
  BOOST_TEST(problem("index", scalar("logs-{tag}-%Y")) == "");
}

BOOST_AUTO_TEST_CASE(promises_what_it_keeps) {
  const auto promise = [](std::vector<std::pair<std::string, config::value>> settings) {
    return plugin_registry<store>::find("opensearch")->promise(map_of(settings));
  };
  using memory = store_promise::memory;
  BOOST_CHECK(promise({}).knows_by == memory::event_keys);
  BOOST_CHECK(promise({{"ask_first", scalar("false")}}).knows_by == memory::none);
  BOOST_CHECK(promise({{"ask_first", scalar("false")}, {"index", scalar("logs")}}).knows_by == memory::event_keys);
  BOOST_CHECK(promise({{"ask_first", scalar("false")}, {"data_stream", scalar("logs")}}).knows_by == memory::none);
  BOOST_TEST(promise({}).writers_max == store_writers_max);
}

BOOST_AUTO_TEST_CASE(tells_how_to_look_at_what_is_stored) {
  const auto claims = plugin_registry<store>::find("opensearch")
                          ->claims(map_of({{"endpoints", list({"https://s1"})},
                                           {"auth", map_of({{"user", scalar("weir")}, {"password", scalar("geheim")}})}}),
                                   {"search", "n"});
  BOOST_REQUIRE(claims.data);
  auto text = std::string{};
  for (const auto& word : claims.data->command) text += word + ' ';
  BOOST_TEST(text == "curl -s -u weir https://s1:9200/logs-*-*.*.*/_search?pretty&size=3&sort=@timestamp:desc ");
}

BOOST_AUTO_TEST_SUITE_END()
