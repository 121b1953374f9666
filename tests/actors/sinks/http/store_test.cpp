/// The store `http` against a receiver of the test's own.
#include "tests/support/http_server.hpp"
#include "tests/support/store_contract.hpp"

#include "runtime/codec/compression.hpp"

#include <algorithm>
#include <deque>

using namespace weir;
using namespace weir::test;

namespace {

using setting_list = std::vector<std::pair<std::string, config::value>>;

auto field_of(const got_request& r, const std::string& name) -> std::string {
  const auto at = r.head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return r.head.substr(begin, r.head.find("\r\n", begin) - begin);
}

auto plain_body_of(const got_request& r) -> std::string {
  const auto encoding = field_of(r, "Content-Encoding");
  if (encoding.empty()) return r.body;
  auto plain = byte_buffer{};
  BOOST_REQUIRE(decompress(encoding == "gzip" ? compression::gzip : compression::zstd, r.body, std::size_t{64} << 20, plain));
  return std::string{plain.view()};
}

/// The numbers of {"n": …} in a body, in order.
auto numbers_in(const std::string& body) -> std::vector<std::int64_t> {
  auto found = std::vector<std::int64_t>{};
  for (auto at = body.find("\"n\":"); at != std::string::npos; at = body.find("\"n\":", at + 1)) found.push_back(std::stoll(body.substr(at + 4)));
  return found;
}

/// Takes what comes, unless the test has put down another answer.
struct receiver {
  std::deque<std::string> answers; ///< of one request after the other; empty text: 200
  std::vector<std::int64_t> refused; ///< a request with one of these is answered with `refusal`
  std::string refusal = http_answer_text(422, "no such number");
  std::size_t bytes_max = SIZE_MAX; ///< of a body; above: 413
  std::vector<std::int64_t> stored;
  std::vector<std::string> bodies;
  std::vector<std::string> keys;
  std::vector<std::string> lines;
  http_server server{[this](const got_request& r) { return answer(r); }};

  auto answer(const got_request& r) -> std::string {
    const auto body = plain_body_of(r);
    lines.push_back(r.line());
    bodies.push_back(body);
    keys.push_back(field_of(r, "Idempotency-Key"));
    if (!answers.empty()) {
      const auto given = answers.front();
      answers.pop_front();
      if (!given.empty()) return given;
    }
    const auto numbers = numbers_in(body);
    if (body.size() > bytes_max) return http_answer_text(413, "");
    for (const auto n : refused)
      if (std::find(numbers.begin(), numbers.end(), n) != numbers.end()) return refusal;
    stored.insert(stored.end(), numbers.begin(), numbers.end());
    return http_answer_text(200, "{}");
  }
  auto store(setting_list settings = {}) const {
    settings.emplace_back("endpoints", list({server.url()}));
    if (std::none_of(settings.begin(), settings.end(), [](const auto& s) { return s.first == "timeout"; }))
      settings.emplace_back("timeout", map_of({{"request", scalar("5s")}}));
    return make_store("http", map_of(settings));
  }
  auto sorted() const {
    auto numbers = stored;
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
};

auto must_store(const result<committed>& done) -> const committed& {
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  return *done;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_event_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  auto peer = receiver{};
  check_store_contract({[&] { return peer.store(); }, [&] { return peer.sorted(); }, false});
}

BOOST_AUTO_TEST_CASE(a_body_is_what_format_and_template_make_it) {
  const auto chunk = make_chunk({{"a", entry_of(1'700'000'000'000'000'000, record("n", 1)) + entry_of(1'700'000'001'000'000'000, record("n", 2)), 2}});
  const auto first = std::string{R"({"time":"2023-11-14T22:13:20.000000000Z","tag":"a","n":1})"};
  const auto second = std::string{R"({"time":"2023-11-14T22:13:21.000000000Z","tag":"a","n":2})"};
  const auto check = [&](const setting_list& settings, const std::string& body, const std::string& type) {
    auto peer = receiver{};
    must_store(commit(*peer.store(settings), {chunk}));
    BOOST_REQUIRE(peer.bodies.size() == 1U);
    BOOST_TEST(peer.bodies[0] == body);
    BOOST_TEST(field_of(peer.server.requests()[0], "Content-Type") == type);
  };
  check({}, first + '\n' + second + '\n', "application/x-ndjson");
  check({{"format", scalar("json_array")}}, '[' + first + ",\n" + second + ']', "application/json");
  check({{"format", scalar("json_array")}, {"body", scalar(R"({"from":"x","events":{events}})")}, {"content_type", scalar("application/x")}},
        R"({"from":"x","events":[)" + first + ",\n" + second + "]}", "application/x");
  check({{"format", scalar("csv")}, {"columns", list({"n", "tag"})}, {"header", scalar("true")}}, "n,tag\n1,a\n2,a\n", "text/csv; charset=utf-8");
  check({{"format", scalar("json_lines")}, {"include", list({})}}, "{\"n\":1}\n{\"n\":2}\n", "application/x-ndjson");
}

BOOST_AUTO_TEST_CASE(requests_go_where_tag_and_time_say_with_the_fields_that_are_wanted) {
  auto peer = receiver{};
  const auto s = peer.store({{"path", scalar("/in/{tag}?y=%Y")},
                             {"method", scalar("PUT")},
                             {"compress", scalar("zstd")},
                             {"headers", map_of({{"X-Team", scalar("web")}})},
                             {"auth", map_of({{"token", scalar("open-sesame")}})},
                             {"token_header", scalar("X-Api-Key")}});
  must_store(commit(*s, {make_chunk({numbered("a", 0, 100), numbered("../b c\r\n", 100, 101)})}));
  BOOST_TEST((peer.lines == std::vector<std::string>{"PUT /in/a?y=2023 HTTP/1.1", "PUT /in/.._b_c__?y=2023 HTTP/1.1"}));
  const auto got = peer.server.requests()[0];
  BOOST_TEST(got.has("X-Team: web"));
  BOOST_TEST(got.has("X-Api-Key: open-sesame"));
  BOOST_TEST(got.has("Content-Encoding: zstd"));
  BOOST_TEST(field_of(got, "Authorization").empty());
}

BOOST_AUTO_TEST_CASE(what_is_refused_is_found_and_all_else_is_stored) {
  auto peer = receiver{};
  peer.refused = {17, 18, 63};
  const auto done = must_store(commit(*peer.store(), {make_chunk({numbered("a", 0, 50)}), make_chunk({numbered("a", 50, 100)})}));
  BOOST_TEST(done.events == 97U);
  BOOST_REQUIRE(done.refused.size() == 3U);
  BOOST_TEST(done.refused[0].reason == "rejected: 422: no such number");
  BOOST_TEST((done.refused[0].first == event_ref{0, 17}));
  BOOST_TEST((done.refused[1].first == event_ref{0, 18}));
  BOOST_TEST((done.refused[2].first == event_ref{1, 13}));
  BOOST_TEST(peer.stored.size() == 97U);
  BOOST_TEST(peer.bodies.size() < 45U);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_too_large_is_halved_and_none_is_as_large_again) {
  auto peer = receiver{};
  peer.bytes_max = 4000;
  const auto s = peer.store();
  BOOST_TEST(must_store(commit(*s, {make_chunk({numbered("a", 0, 200)})})).events == 200U);
  BOOST_TEST(peer.stored.size() == 200U);
  peer.bodies.clear();
  must_store(commit(*s, {make_chunk({numbered("a", 200, 300)})}));
  for (const auto& body : peer.bodies) BOOST_TEST(body.size() <= 4000U);
  // An event that is too large alone is refused, and with it nothing else.
  const auto huge = entry_of(1'700'000'000'000'000'000, record("m", std::string(5000, 'x')));
  const auto done = must_store(commit(*s, {make_chunk({numbered("a", 300, 310), {"a", huge, 1}})}));
  BOOST_TEST(done.events == 10U);
  BOOST_REQUIRE(done.refused.size() == 1U);
  BOOST_TEST(done.refused[0].reason == "rejected: 413");
}

BOOST_AUTO_TEST_CASE(what_is_to_come_later_comes_again_with_the_same_key) {
  auto peer = receiver{};
  peer.answers = {http_answer_text(429, "slow down"), http_answer_text(503, "")};
  BOOST_TEST(must_store(commit(*peer.store(), {make_chunk({numbered("a", 0, 10)})})).events == 10U);
  BOOST_REQUIRE(peer.keys.size() == 3U);
  BOOST_TEST(peer.keys[0].size() == 24U);
  BOOST_TEST(peer.keys[0] == peer.keys[1]);
  BOOST_TEST(peer.keys[0] == peer.keys[2]);
}

BOOST_AUTO_TEST_CASE(patience_ends_and_says_what_it_waited_for) {
  auto peer = receiver{};
  for (auto i = 0; i < 100; ++i) peer.answers.push_back(http_answer_text(429, "slow down"));
  const auto done = commit(*peer.store({{"timeout", map_of({{"request", scalar("300ms")}})}}), {make_chunk({numbered("a", 0, 10)})});
  BOOST_REQUIRE(!done);
  BOOST_TEST((done.failure().code == errc::unavailable));
  BOOST_TEST(done.failure().what == "the server does not keep up: 429: slow down");
}

BOOST_AUTO_TEST_CASE(other_answers_stop_the_sink_with_one_clear_line) {
  for (const auto& [status, line] : {std::pair{401, " does not take the login (401): no"}, {403, " does not let this login write (403): no"},
                                     {404, " answered 404: no"}, {405, " answered 405: no"}, {500, " answered 500: no"}}) {
    auto peer = receiver{};
    peer.answers = {http_answer_text(status, "no")};
    const auto done = commit(*peer.store(), {make_chunk({numbered("a", 0, 10)})});
    BOOST_REQUIRE(!done);
    BOOST_TEST((done.failure().code == errc::unavailable));
    BOOST_TEST(done.failure().what == peer.server.url() + line);
  }
}

BOOST_AUTO_TEST_CASE(statuses_mean_what_the_settings_say) {
  auto peer = receiver{};
  peer.answers = {http_answer_text(409, "known"), http_answer_text(404, "no such thing")};
  const auto statuses = map_of({{"stored", list({"409"})}, {"rejected", list({"404"})}});
  const auto s = peer.store({{"statuses", statuses}});
  BOOST_TEST(must_store(commit(*s, {make_chunk({numbered("a", 0, 1)})})).events == 1U);
  const auto done = must_store(commit(*s, {make_chunk({numbered("a", 1, 2)})}));
  BOOST_TEST(done.events == 0U);
  BOOST_TEST(refused_events(done) == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_failed_commit_has_stored_is_not_sent_again) {
  auto peer = receiver{};
  const auto s = peer.store({{"path", scalar("/{tag}")}});
  const auto chunks = std::vector<chunk_ptr>{make_chunk({numbered("a", 0, 10), numbered("b", 10, 20)})};
  peer.answers = {"", http_answer_text(500, "")};
  BOOST_REQUIRE(!commit(*s, chunks));
  BOOST_REQUIRE(s->open());
  BOOST_TEST(must_store(commit(*s, chunks)).events == 20U);
  BOOST_TEST(peer.lines.size() == 3U);
  BOOST_TEST(peer.stored.size() == 20U);
}

BOOST_AUTO_TEST_CASE(with_a_receiver_that_knows_keys_a_chunk_has_the_same_ones_in_every_batch_and_process) {
  auto peer = receiver{};
  const auto settings = setting_list{{"idempotent", scalar("true")}, {"max_request", scalar("1KiB")}};
  const auto a = make_chunk({numbered("a", 0, 40)});
  const auto b = make_chunk({numbered("a", 40, 80)});
  must_store(commit(*peer.store(settings), {a, b}));
  const auto keys = peer.keys;
  BOOST_TEST(keys.size() > 4U);
  peer.keys.clear();
  const auto s = peer.store(settings);
  peer.answers = {"", http_answer_text(429, "")}; // which makes no request smaller
  must_store(commit(*s, {b}));
  must_store(commit(*s, {a}));
  auto again = peer.keys;
  again.erase(std::unique(again.begin(), again.end()), again.end());
  BOOST_TEST(std::is_permutation(again.begin(), again.end(), keys.begin(), keys.end()));
}

BOOST_AUTO_TEST_CASE(a_lost_answer_is_an_error_and_the_request_comes_again_with_its_key) {
  auto peer = receiver{};
  auto is_lost = true;
  auto server = http_server{[&](const got_request& r) { return std::exchange(is_lost, false) ? std::string{} : peer.answer(r); }};
  const auto s = make_store("http", map_of({{"endpoints", list({server.url()})}, {"timeout", map_of({{"request", scalar("5s")}})}}));
  const auto chunks = std::vector<chunk_ptr>{make_chunk({numbered("a", 0, 10)})};
  const auto lost = commit(*s, chunks);
  BOOST_REQUIRE(!lost);
  BOOST_TEST(lost.failure().what.find("no whole answer from " + server.url()) != std::string::npos);
  must_store(commit(*s, chunks));
  const auto requests = server.requests();
  BOOST_REQUIRE(requests.size() == 2U);
  BOOST_TEST(field_of(requests[0], "Idempotency-Key") == field_of(requests[1], "Idempotency-Key"));
}

BOOST_AUTO_TEST_CASE(an_examination_finds_who_is_not_there_or_lets_nobody_in) {
  auto peer = receiver{};
  BOOST_TEST(peer.store()->examine()->empty());
  BOOST_TEST(peer.lines[0] == "HEAD / HTTP/1.1");
  auto shut = http_server{[](const auto&) { return http_answer_text(401, ""); }};
  const auto nobody = "http://127.0.0.1:" + std::to_string(free_port());
  const auto found = make_store("http", map_of({{"endpoints", list({shut.url(), nobody})}}))->examine();
  BOOST_REQUIRE(found->size() == 2U);
  BOOST_TEST((*found)[0] == shut.url() + " does not take the login (401)");
  BOOST_TEST((*found)[1].find("cannot reach " + nobody) == 0U);
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_sense_are_told) {
  const auto at = std::pair<std::string, config::value>{"endpoints", list({"http://h"})};
  BOOST_TEST(problems_of("http", map_of({at})) == "");
  BOOST_TEST(problems_of("http", map_of({})).find("\"endpoints\" is missing") != std::string::npos);
  const auto check = [&](const std::string& key, const config::value& value, const std::string& wanted) {
    const auto found = problems_of("http", map_of({at, {key, value}}));
    BOOST_TEST(found.find(wanted) != std::string::npos, key << ": " << found);
  };
  check("body", scalar("no mark"), "wants {events} in it, once");
  check("body", scalar("{events}{events}"), "wants {events} in it, once");
  check("path", scalar("in"), "it does not begin with a slash");
  check("path", scalar("/{what}"), "\"path\" makes no path");
  check("headers", map_of({{"a b", scalar("x")}}), "what no field of a request can be");
  check("headers", map_of({{"a", scalar("x\r\ny: z")}}), "what no field of a request can be");
  check("headers", map_of({{"Authorization", scalar("x")}}), "cannot have Authorization");
  check("statuses", map_of({{"stored", list({"20"})}}), "wants statuses as 404 or 4xx");
  check("statuses", map_of({{"stored", list({"404"})}, {"later", list({"404"})}}), "has a meaning already");
  check("format", scalar("csv"), "\"columns\" is missing");
  check("max_request", scalar("1GiB"), "wants 1KiB to 64MiB");
  check("token_header", scalar("X-Key"), "does nothing without a \"token\"");
}

BOOST_AUTO_TEST_SUITE_END()
