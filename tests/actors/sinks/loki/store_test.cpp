/// The store `loki` and its parts, against a server of the test's own; with a real one: tests/system/loki_test.py.
#include "actors/sinks/loki/label_guard.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/store_contract.hpp"

#include <algorithm>
#include <deque>
#include <set>

using namespace weir;
using namespace weir::test;

namespace {

/// Keeps the numbers of the entries that it takes.
struct push_server {
  std::deque<std::string> answers; ///< empty text: 204
  std::set<std::int64_t> too_old;  ///< a push with one of these is refused
  std::vector<std::int64_t> stored;
  std::vector<std::string> bodies;
  http_server server{[this](const got_request& r) { return answer(r); }};

  static auto numbers_of(const std::string& body) -> std::vector<std::int64_t> {
    auto found = std::vector<std::int64_t>{};
    const auto mark = std::string{R"(\"n\":)"};
    for (auto at = body.find(mark); at != std::string::npos; at = body.find(mark, at + 1)) found.push_back(std::stoll(body.substr(at + mark.size())));
    return found;
  }
  auto answer(const got_request& r) -> std::string {
    bodies.push_back(r.body);
    if (!answers.empty()) {
      const auto given = answers.front();
      answers.pop_front();
      if (!given.empty()) return given;
    }
    const auto numbers = numbers_of(r.body);
    for (const auto n : numbers)
      if (too_old.contains(n))
        return http_answer_text(400, "entry with timestamp 2023-11-14 ignored, reason: 'entry too far behind' for stream: {a=\"" + std::to_string(n) + "\"}");
    stored.insert(stored.end(), numbers.begin(), numbers.end());
    return http_answer_text(204, "");
  }
  auto store(std::vector<std::pair<std::string, config::value>> settings = {}) const {
    settings.emplace_back("endpoints", list({server.url()}));
    settings.emplace_back("compress", scalar("none"));
    settings.emplace_back("timeout", map_of({{"request", scalar("5s")}}));
    return make_store("loki", map_of(settings));
  }
  auto sorted() const {
    auto numbers = stored;
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
};

auto must_push(const result<committed>& done) -> const committed& {
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  return *done;
}

auto at_second(int second, const std::string& fields) -> std::string { return entry_of(1'700'000'000'000'000'000 + second * std::int64_t{1'000'000'000}, fields); }

} // namespace

BOOST_AUTO_TEST_SUITE(loki_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  auto peer = push_server{};
  check_store_contract({[&] { return peer.store(); }, [&] { return peer.sorted(); }, false});
}

BOOST_AUTO_TEST_CASE(a_push_has_streams_by_their_labels_in_the_order_of_time) {
  auto peer = push_server{};
  const auto s = peer.store({{"static_labels", map_of({{"job", scalar("weir")}})},
                             {"labels", map_of({{"level", scalar("l")}})},
                             {"metadata", list({"id"})}});
  const auto entries = at_second(2, record("l", "info", "id", 7)) + at_second(1, record("l", "info")) + at_second(0, record("x", "no \"level\""));
  must_push(commit(*s, {make_chunk({{"we\"b", entries, 3}})}));
  BOOST_REQUIRE(peer.bodies.size() == 1U);
  BOOST_TEST(peer.bodies[0]
             == R"({"streams":[{"stream":{"job":"weir","tag":"we\"b","level":"info"},"values":[["1700000001000000000","{\"l\":\"info\"}"],)"
                R"(["1700000002000000000","{\"l\":\"info\",\"id\":7}",{"id":"7"}]]},)"
                R"({"stream":{"job":"weir","tag":"we\"b"},"values":[["1700000000000000000","{\"x\":\"no \\\"level\\\"\"}"]]}]})");
  BOOST_TEST(peer.server.requests()[0].line() == "POST /loki/api/v1/push HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(a_line_may_be_the_message_alone) {
  auto peer = push_server{};
  const auto s = peer.store({{"line", scalar("message")}, {"tenant", scalar("shop")}});
  must_push(commit(*s, {make_chunk({{"a", at_second(0, record("message", "it's \n here", "n", 1)), 1}})}));
  BOOST_TEST(peer.bodies[0] == R"({"streams":[{"stream":{"tag":"a"},"values":[["1700000000000000000","it's \n here"]]}]})");
  BOOST_TEST(peer.server.requests()[0].has("X-Scope-OrgID: shop"));
}

BOOST_AUTO_TEST_CASE(entries_that_are_too_old_are_refused_alone_with_few_reasons) {
  auto peer = push_server{};
  peer.too_old = {3, 14};
  const auto done = must_push(commit(*peer.store(), {make_chunk({numbered("a", 0, 20)})}));
  BOOST_TEST(done.events == 18U);
  BOOST_REQUIRE(done.refused.size() == 2U);
  BOOST_TEST(done.refused[0].reason == "rejected: 400: entry too far behind");
  BOOST_TEST(done.refused[0].first.index == 3U);
  BOOST_TEST(done.refused[1].reason == done.refused[0].reason);
}

BOOST_AUTO_TEST_CASE(what_is_too_much_or_too_large_comes_again_and_what_is_wrong_stops) {
  auto peer = push_server{};
  const auto s = peer.store();
  peer.answers = {http_answer_text(429, "Ingestion rate limit exceeded"), http_answer_text(500, "rpc error: trying to send message larger than max (5 vs. 4)")};
  BOOST_TEST(must_push(commit(*s, {make_chunk({numbered("a", 0, 20)})})).events == 20U);
  BOOST_TEST(peer.bodies.size() == 4U); // 429, 500, two halves
  peer.answers = {http_answer_text(401, "no org id")};
  const auto stopped = commit(*s, {make_chunk({numbered("a", 20, 21)})});
  BOOST_REQUIRE(!stopped);
  BOOST_TEST(stopped.failure().what == peer.server.url() + " does not take the login (401): no org id");
}

BOOST_AUTO_TEST_CASE(a_label_has_no_more_values_than_it_may) {
  auto time = manual_clock{};
  auto guard = label_guard{2, 2};
  BOOST_TEST(guard.allowed(0, "a", time.monotonic()) == "a");
  BOOST_TEST(guard.allowed(0, "b", time.monotonic()) == "b");
  BOOST_TEST(!guard.take_excess(0));
  BOOST_TEST(guard.allowed(0, "c", time.monotonic()) == other_label_value);
  BOOST_TEST(guard.allowed(0, "a", time.monotonic()) == "a");
  BOOST_TEST(guard.allowed(1, "c", time.monotonic()) == "c");
  BOOST_TEST(guard.take_excess(0));
  BOOST_TEST(!guard.take_excess(0));
  time.advance(std::chrono::hours{1});
  BOOST_TEST(guard.allowed(0, "c", time.monotonic()) == "c");
}

BOOST_AUTO_TEST_CASE(an_examination_pushes_nothing) {
  auto peer = push_server{};
  BOOST_TEST(peer.store()->examine()->empty());
  BOOST_TEST(peer.bodies[0] == R"({"streams":[]})");
  peer.answers = {http_answer_text(403, "not yours")};
  BOOST_TEST(peer.store()->examine()->at(0) == peer.server.url() + " does not let this login write (403): not yours");
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_sense_are_told) {
  BOOST_TEST(problems_of("loki", map_of({})) == "");
  const auto check = [&](const std::string& key, const config::value& value, const std::string& wanted) {
    const auto found = problems_of("loki", map_of({{key, value}}));
    BOOST_TEST(found.find(wanted) != std::string::npos, key << ": " << found);
  };
  check("labels", list({"kubernetes.host"}), "wants names of letters, digits and _");
  check("labels", list({"tag"}), "is there already");
  check("labels", map_of({{"a", list({"b"})}}), "wants a list of fields, or a map");
  check("static_labels", map_of({{"a\"b", scalar("x")}}), "wants names of letters, digits and _");
  check("tag_label", scalar(""), "there is no label");
  check("labels_max", scalar("0"), "wants 1 or more");
  check("path", scalar("/{tag}"), "without tags and times");
  check("tenant", scalar("a\r\nb"), "has a byte");
  check("compress", scalar("zstd"), "knows no zstd");
}

BOOST_AUTO_TEST_SUITE_END()
