#include "actors/sinks/http/client.hpp"
#include "tests/support/http_server.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

auto settings_for(const std::vector<std::string>& urls) -> http_client_settings {
  auto s = http_settings{};
  s.endpoints = urls;
  auto made = http_client_settings_of(s, endpoints_of(s, 80, ""));
  made.timeout = {2s, 2s};
  return made;
}

auto answer_of(const http_outcome& outcome) -> const http_answer& {
  const auto* failure = std::get_if<http_failure>(&outcome);
  BOOST_REQUIRE_MESSAGE(failure == nullptr, (failure == nullptr ? "" : failure->what));
  return std::get<http_answer>(outcome);
}

auto failure_of(const http_outcome& outcome) -> const http_failure& {
  BOOST_REQUIRE(std::holds_alternative<http_failure>(outcome));
  return std::get<http_failure>(outcome);
}

auto echo(const got_request& request) { return http_answer_text(200, request.body); }

} // namespace

BOOST_AUTO_TEST_SUITE(http_clients)

BOOST_AUTO_TEST_CASE(keeps_a_connection_and_brings_body_status_and_fields) {
  auto server = http_server{[](const auto&) {
    return http_answer_text(503, "not now", "Retry-After: 7\r\nLocation: /elsewhere\r\nX-Elastic-Product: Elasticsearch\r\n");
  }};
  auto client = http_client{settings_for({server.url() + "/base/"}), system_clock()};
  for (auto i = 0; i < 3; ++i) {
    const auto outcome = client.send({.method = "PUT", .path = "/a?b=c", .body = "text", .content_type = "text/plain"});
    const auto& answer = answer_of(outcome);
    BOOST_TEST(answer.status == 503);
    BOOST_TEST(!answer.is_success());
    BOOST_TEST(answer.body == "not now");
    BOOST_TEST((answer.retry_after == std::optional<duration>{7s}));
    BOOST_TEST(answer.location == "/elsewhere");
    BOOST_TEST(answer.product == "Elasticsearch");
  }
  BOOST_TEST(server.connections() == 1);
  const auto got = server.requests().front();
  BOOST_TEST(got.line() == "PUT /base/a?b=c HTTP/1.1");
  BOOST_TEST(got.has("Content-Type: text/plain"));
  BOOST_TEST(got.body == "text");
}

BOOST_AUTO_TEST_CASE(sends_methods_without_a_body_and_empty_ones) {
  auto server = http_server{echo};
  auto client = http_client{settings_for({server.url()}), system_clock()};
  for (const auto* method : {"GET", "DELETE", "POST", "PUT"}) answer_of(client.send({.method = method, .path = "/x"}));
  const auto got = server.requests();
  BOOST_REQUIRE(got.size() == 4U);
  BOOST_TEST(got[0].line() == "GET /x HTTP/1.1");
  BOOST_TEST(got[1].line() == "DELETE /x HTTP/1.1");
  for (const auto i : {2U, 3U}) BOOST_TEST(got[i].has("Content-Length: 0"));
  for (const auto& g : got) BOOST_TEST(g.head.find("Content-Type") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(large_bodies_are_compressed_once_and_small_ones_are_not) {
  auto server = http_server{[](const auto&) { return http_answer_text(200, ""); }};
  auto client = http_client{settings_for({server.url()}), system_clock()};
  const auto large = std::string(3'000'000, 'x');
  for (const auto method : {compression::gzip, compression::zstd, compression::none}) {
    answer_of(client.send({.method = "POST", .body = large, .compress = method}));
    answer_of(client.send({.method = "POST", .body = "small", .compress = method}));
  }
  const auto got = server.requests();
  BOOST_REQUIRE(got.size() == 6U);
  BOOST_TEST(got[0].has("Content-Encoding: gzip"));
  BOOST_TEST(got[2].has("Content-Encoding: zstd"));
  for (const auto i : {0U, 2U}) {
    auto plain = byte_buffer{};
    BOOST_REQUIRE(decompress(sniff_compression(got[i].body), got[i].body, large.size() + 1, plain));
    BOOST_TEST((plain.view() == large));
  }
  BOOST_TEST((got[4].body == large));
  for (const auto i : {1U, 3U, 5U}) BOOST_TEST(got[i].body == "small");
  for (const auto i : {1U, 3U, 4U, 5U}) BOOST_TEST(got[i].head.find("Content-Encoding") == std::string::npos);
  for (const auto& g : got) BOOST_TEST(g.head.find("Expect") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(logs_in_with_a_password_or_a_token) {
  auto server = http_server{echo};
  auto with = [&](const std::string& user, const std::string& password, const std::string& token) {
    auto s = settings_for({server.url()});
    s.auth.user = user;
    s.auth.password.value = password;
    s.auth.token.value = token;
    s.token_scheme = "ApiKey";
    answer_of(http_client{s, system_clock()}.send({}));
    return server.requests().back();
  };
  BOOST_TEST(with("weir", "se cret", "").has("Authorization: Basic d2VpcjpzZSBjcmV0"));
  BOOST_TEST(with("", "", "abc").has("Authorization: ApiKey abc"));
  BOOST_TEST(with("", "", "Bearer abc").has("Authorization: Bearer abc"));
  BOOST_TEST(with("", "", "").head.find("Authorization") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_did_not_reach_one_endpoint_goes_to_the_next) {
  auto server = http_server{echo};
  const auto dead = "http://127.0.0.1:" + std::to_string(free_port());
  auto client = http_client{settings_for({dead, server.url()}), system_clock()};
  for (auto i = 0; i < 4; ++i) BOOST_TEST(answer_of(client.send({.method = "POST", .body = "x"})).endpoint == 1U);
  auto nobody = http_client{settings_for({dead}), system_clock()};
  const auto outcome = nobody.send({.method = "POST", .body = "x"});
  const auto& failure = failure_of(outcome);
  BOOST_TEST(!failure.is_sent);
  BOOST_TEST(failure.what.starts_with("cannot reach " + dead + ": "), failure.what);
}

BOOST_AUTO_TEST_CASE(what_may_have_reached_an_endpoint_is_never_sent_again) {
  auto times = std::atomic<int>{0};
  auto first = http_server{[&](const auto&) { return ++times == 1 ? http_answer_text(200, "") : std::string{}; }};
  auto second = http_server{echo};
  auto s = settings_for({first.url(), second.url()});
  s.order = endpoint_choice::order::first;
  auto client = http_client{s, system_clock()};
  answer_of(client.send({.method = "POST", .body = "one"}));
  // The connection that is kept ends after the request, which the server has had.
  const auto outcome = client.send({.method = "POST", .body = "two"});
  BOOST_TEST(failure_of(outcome).is_sent, failure_of(outcome).what);
  BOOST_TEST(failure_of(outcome).what.starts_with("no whole answer from " + first.url()), failure_of(outcome).what);
  BOOST_TEST(first.requests().size() == 2U);
  BOOST_TEST(second.requests().empty());
  BOOST_TEST(answer_of(client.send({.method = "POST", .body = "three"})).endpoint == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_ended_while_nobody_used_it_is_made_anew) {
  auto server = http_server{[](const auto&) { return http_answer_text(200, "", "Connection: close\r\n"); }};
  auto client = http_client{settings_for({server.url()}), system_clock()};
  for (auto i = 0; i < 3; ++i) answer_of(client.send({.method = "POST", .body = "x"}));
  BOOST_TEST(server.requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(no_answer_in_time_is_not_known_to_be_undone) {
  auto server = http_server{[](const auto&) { return http_server::silence; }};
  auto s = settings_for({server.url()});
  s.timeout = {100ms, 100ms};
  const auto outcome = http_client{s, system_clock()}.send({.method = "POST", .body = "x"});
  BOOST_TEST(failure_of(outcome).is_sent);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_off_or_too_long_is_none) {
  auto cut = http_server{[](const auto&) { return std::string{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf"}; }};
  auto s = settings_for({cut.url()});
  s.timeout = {200ms, 200ms};
  BOOST_TEST(failure_of(http_client{s, system_clock()}.send({.method = "POST", .body = "x"})).is_sent);
  auto endless = http_server{[](const auto&) { return http_answer_text(200, std::string(5000, 'x')); }};
  s = settings_for({endless.url()});
  s.answer_bytes_max = 4096;
  const auto outcome = http_client{s, system_clock()}.send({.method = "POST", .body = "x"});
  BOOST_TEST(failure_of(outcome).is_sent);
  BOOST_TEST(failure_of(outcome).what == endless.url() + " answered with more than 4KiB");
}

BOOST_AUTO_TEST_CASE(a_proxy_is_gone_through_and_its_password_is_nobodys_to_see) {
  auto proxy = http_server{echo};
  auto s = settings_for({"http://search.invalid:9200"});
  s.proxy = "http://weir:geheim@127.0.0.1:" + std::to_string(proxy.port());
  answer_of(http_client{s, system_clock()}.send({.method = "POST", .path = "/_bulk", .body = "x"}));
  BOOST_TEST(proxy.requests().front().line() == "POST http://search.invalid:9200/_bulk HTTP/1.1");
  BOOST_TEST(proxy.requests().front().has("Proxy-Authorization: Basic d2VpcjpnZWhlaW0="));
  s.proxy = "http://weir:geheim@127.0.0.1:" + std::to_string(free_port());
  const auto outcome = http_client{s, system_clock()}.send({});
  BOOST_TEST(failure_of(outcome).what.find("geheim") == std::string::npos, failure_of(outcome).what);
}

BOOST_AUTO_TEST_SUITE_END()
