/// The store `opentelemetry` against a receiver of the test's own; with real ones: tests/system/otlp_test.py.
#include "runtime/codec/compression.hpp"
#include "runtime/codec/protobuf.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/store_contract.hpp"

#include <algorithm>
#include <deque>
#include <set>

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;

namespace {

auto protobuf_answer(int status, const std::string& body) -> std::string {
  return "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Type: application/x-protobuf\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

auto sub_message(std::string_view message, std::uint32_t number) -> std::string_view {
  for (auto read = protobuf_reader{message}; read.next();)
    if (read.field() == number) return read.bytes();
  return {};
}

/// Keeps the numbers of the records that it takes.
struct otlp_receiver {
  std::deque<std::string> answers;
  std::set<std::int64_t> refused;
  std::vector<std::int64_t> stored;
  std::vector<std::size_t> resources; ///< of each request
  http_server server{[this](const got_request& r) { return answer(r); }};

  /// Of {"n": …}, which is a body as a whole: a map of one integer.
  static auto number_of(std::string_view record) -> std::int64_t {
    const auto value = sub_message(sub_message(sub_message(sub_message(record, 5), 6), 1), 2);
    auto read = protobuf_reader{value};
    return read.next() ? static_cast<std::int64_t>(read.number()) : -1;
  }
  auto numbers_of(std::string_view body) -> std::vector<std::int64_t> {
    auto found = std::vector<std::int64_t>{};
    resources.push_back(0);
    for (auto read = protobuf_reader{body}; read.next();) {
      ++resources.back();
      for (auto logs = protobuf_reader{sub_message(read.bytes(), 2)}; logs.next();)
        if (logs.field() == 2) found.push_back(number_of(logs.bytes()));
    }
    return found;
  }
  auto answer(const got_request& r) -> std::string {
    auto plain = byte_buffer{};
    const auto is_compressed = r.has("Content-Encoding: gzip");
    if (is_compressed) BOOST_REQUIRE(decompress(compression::gzip, r.body, std::size_t{64} << 20, plain));
    const auto numbers = numbers_of(is_compressed ? plain.view() : std::string_view{r.body});
    if (!answers.empty()) {
      const auto given = answers.front();
      answers.pop_front();
      if (!given.empty()) return given;
    }
    for (const auto n : numbers)
      if (refused.contains(n)) return protobuf_answer(400, "\x08\x03\x12\x09" "bad value"s);
    stored.insert(stored.end(), numbers.begin(), numbers.end());
    return protobuf_answer(200, "");
  }
  auto store(std::vector<std::pair<std::string, config::value>> settings = {}) const {
    settings.emplace_back("endpoints", list({server.url()}));
    settings.emplace_back("timeout", map_of({{"request", scalar("5s")}}));
    return make_store("opentelemetry", map_of(settings));
  }
  auto sorted() const {
    auto numbers = stored;
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
};

auto must_export(const result<committed>& done) -> const committed& {
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  return *done;
}

} // namespace

BOOST_AUTO_TEST_SUITE(opentelemetry_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  auto peer = otlp_receiver{};
  check_store_contract({[&] { return peer.store(); }, [&] { return peer.sorted(); }, false});
}

BOOST_AUTO_TEST_CASE(records_travel_together_by_their_resource) {
  auto peer = otlp_receiver{};
  const auto s = peer.store({{"resource", map_of({{"service.name", scalar("shop")}})}, {"resource_fields", map_of({{"number", scalar("n")}})},
                             {"auth", map_of({{"token", scalar("open-sesame")}})},
                             {"token_header", scalar("x-team")}});
  must_export(commit(*s, {make_chunk({numbered("a", 0, 3)}), make_chunk({numbered("a", 0, 3)})}));
  BOOST_TEST((peer.resources == std::vector<std::size_t>{3}));
  BOOST_TEST((peer.stored == std::vector<std::int64_t>{0, 0, 1, 1, 2, 2}));
  BOOST_TEST(peer.server.requests()[0].line() == "POST /v1/logs HTTP/1.1");
  BOOST_TEST(peer.server.requests()[0].has("Content-Type: application/x-protobuf"));
  BOOST_TEST(peer.server.requests()[0].has("x-team: open-sesame"));
}

BOOST_AUTO_TEST_CASE(what_is_refused_is_found_with_the_receivers_words) {
  auto peer = otlp_receiver{};
  peer.refused = {7};
  const auto done = must_export(commit(*peer.store(), {make_chunk({numbered("a", 0, 20)})}));
  BOOST_TEST(done.events == 19U);
  BOOST_REQUIRE(done.refused.size() == 1U);
  BOOST_TEST(done.refused[0].reason == "rejected: 400: bad value");
  BOOST_TEST(done.refused[0].first.index == 7U);
}

BOOST_AUTO_TEST_CASE(a_partial_success_is_told_and_not_sent_again) {
  auto peer = otlp_receiver{};
  const auto s = peer.store();
  peer.answers = {protobuf_answer(200, "\x0a\x0b\x08\x03\x12\x07too old"s)};
  auto log = captured_log{};
  const auto done = must_export(commit(*s, {make_chunk({numbered("a", 0, 20)})}));
  BOOST_TEST(done.events == 20U);
  BOOST_TEST(done.refused.empty());
  BOOST_TEST(peer.server.requests().size() == 1U);
  BOOST_TEST(log.text().find("3 of its records are rejected, and it does not say which: too old") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_partial_success_with_nothing_in_it_is_a_refusal_of_all) {
  auto peer = otlp_receiver{};
  peer.answers = {protobuf_answer(200, "\x0a\x0b\x08\x14\x12\x07too old"s)};
  const auto done = must_export(commit(*peer.store(), {make_chunk({numbered("a", 0, 20)})}));
  BOOST_TEST(done.events == 0U);
  BOOST_TEST(refused_events(done) == 20U);
  BOOST_TEST(done.refused[0].reason == "rejected: too old");
}

BOOST_AUTO_TEST_CASE(what_is_to_come_later_does_and_what_is_wrong_stops) {
  auto peer = otlp_receiver{};
  const auto s = peer.store();
  peer.answers = {protobuf_answer(503, "\x08\x0e\x12\x04" "full"s), protobuf_answer(429, "")};
  BOOST_TEST(must_export(commit(*s, {make_chunk({numbered("a", 0, 20)})})).events == 20U);
  peer.answers = {protobuf_answer(401, "\x08\x10\x12\x02no"s)};
  const auto stopped = commit(*s, {make_chunk({numbered("a", 20, 21)})});
  BOOST_REQUIRE(!stopped);
  BOOST_TEST(stopped.failure().what == peer.server.url() + " does not take the login (401): no");
}

BOOST_AUTO_TEST_CASE(an_examination_sends_no_record) {
  auto peer = otlp_receiver{};
  BOOST_TEST(peer.store()->examine()->empty());
  peer.answers = {http_answer_text(404, "nothing here")};
  BOOST_TEST(peer.store()->examine()->at(0) == peer.server.url() + " answered 404: nothing here");
  peer.answers = {http_answer_text(400, "what is this")};
  BOOST_TEST(peer.store()->examine()->at(0) == peer.server.url() + " answered 400: what is this");
  BOOST_TEST(peer.stored.empty());
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_sense_are_told) {
  BOOST_TEST(problems_of("opentelemetry", map_of({})) == "");
  const auto check = [&](const std::string& key, const config::value& value, const std::string& wanted) {
    const auto found = problems_of("opentelemetry", map_of({{key, value}}));
    BOOST_TEST(found.find(wanted) != std::string::npos, key << ": " << found);
  };
  check("path", scalar("/{tag}"), "without tags and times");
  check("body", scalar("a..b"), "a path wants names between its dots");
  check("resource_fields", map_of({{"a", list({"b"})}}), "wants a list of fields, or a map");
  check("headers", map_of({{"Host", scalar("x")}}), "cannot have Host");
  check("max_request", scalar("1GiB"), "wants 1KiB to 64MiB");
}

BOOST_AUTO_TEST_SUITE_END()
