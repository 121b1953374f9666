#include "runtime/codec/forward_client.hpp"
#include "tests/actors/collectors/forward/fixture.hpp"

using namespace weir;
using namespace weir::test;
using pack::array;
using pack::bin;
using pack::event_entry;
using pack::integer;
using pack::record;
using pack::str;

namespace {

constexpr auto second = 1'700'000'000U;
const auto nobody = forward_credentials{"client", "shared", "", ""};
const auto ann = forward_credentials{"client", "shared", "ann", "secret"};

auto secured(forward_security by) -> forward_settings {
  auto s = forward_settings{};
  by.self_hostname = "server";
  if (by.shared_key.value.empty()) by.shared_key.value = "shared";
  s.security = std::move(by);
  return s;
}

auto with_user() -> forward_security {
  auto by = forward_security{};
  by.users = {{"ann", {"secret"}}};
  return by;
}

struct login {
  forward_peer_socket socket;
  std::string pong;
  result<void> judged;
};

auto log_in(forward_server& server, const forward_credentials& as) -> login {
  auto socket = forward_peer_socket{server};
  server.pump(0);
  auto handshake = forward_client_handshake{as};
  auto ping = byte_buffer{};
  BOOST_REQUIRE(static_cast<bool>(handshake.answer_helo(socket.received(), ping)));
  socket.send(ping.view());
  server.pump(0);
  auto pong = socket.received();
  auto judged = handshake.check_pong(pong);
  return {std::move(socket), std::move(pong), std::move(judged)};
}

void expect_refusal(forward_server& server, const forward_credentials& as, std::string_view reason) {
  const auto log = captured_log{};
  auto attempt = log_in(server, as);
  BOOST_REQUIRE(!attempt.judged);
  BOOST_TEST((attempt.pong == array({str("PONG"), pack::boolean(false), str(reason), str(""), str("")})));
  BOOST_TEST(attempt.socket.is_closed());
  attempt.socket.send(array({str("t"), integer(second), record("m")}));
  server.run();
  BOOST_TEST(server.out.events.empty());
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_security_)

// S36
BOOST_AUTO_TEST_CASE(all_modes_are_acknowledged_after_a_handshake) {
  for (const auto& by : {forward_security{}, with_user()}) {
    auto server = forward_server{secured(by)};
    auto client = log_in(server, ann);
    BOOST_REQUIRE(static_cast<bool>(client.judged));
    client.socket.send(array({str("t"), integer(second), record("m"), chunk_option("a")})
                       + array({str("t"), array({event_entry(second, "m")}), chunk_option("b")})
                       + array({str("t"), bin(event_entry(second, "m")), chunk_option("c")}));
    server.run();
    BOOST_TEST((client.socket.received() == ack_of("a") + ack_of("b") + ack_of("c")));
  }
}

BOOST_AUTO_TEST_CASE(a_message_right_behind_the_ping_is_not_lost) {
  auto server = forward_server{secured({})};
  auto socket = forward_peer_socket{server};
  server.pump(0);
  auto handshake = forward_client_handshake{nobody};
  auto bytes = byte_buffer{};
  BOOST_REQUIRE(static_cast<bool>(handshake.answer_helo(socket.received(), bytes)));
  bytes.append(array({str("t"), integer(second), record("m")}));
  socket.send(bytes.view());
  server.pump(0);
  BOOST_TEST(server.out.events.empty());
  server.run();
  BOOST_TEST(server.out.events.size() == 1U);
}

// S51
BOOST_AUTO_TEST_CASE(a_wrong_key_user_or_password_is_refused_with_the_reason) {
  auto server = forward_server{secured(with_user())};
  expect_refusal(server, {"client", "wrong", "ann", "secret"}, "shared_key mismatch");
  expect_refusal(server, {"client", "shared", "ann", "wrong"}, "username/password mismatch");
  expect_refusal(server, {"client", "shared", "bob", "secret"}, "username/password mismatch");
}

// S51
BOOST_AUTO_TEST_CASE(the_first_client_rule_that_fits_decides) {
  auto by = with_user();
  by.allow_anonymous_source = false;
  by.clients = {{"", "10.0.0.0/8", {}, {}}};
  auto strangers = forward_server{secured(by)};
  expect_refusal(strangers, ann, "anonymous source host '127.0.0.1' denied");

  by.clients = {{"", "127.0.0.0/8", {"own key"}, {}}, {"127.0.0.1", "", {}, {}}};
  auto own_key = forward_server{secured(by)};
  expect_refusal(own_key, ann, "shared_key mismatch");
  BOOST_TEST(static_cast<bool>(log_in(own_key, {"client", "own key", "ann", "secret"}).judged));

  by.users.push_back({"bob", {"b"}});
  by.clients = {{"127.0.0.1", "", {}, {"bob"}}};
  auto own_users = forward_server{secured(by)};
  expect_refusal(own_users, ann, "username/password mismatch");
  BOOST_TEST(static_cast<bool>(log_in(own_users, {"client", "shared", "bob", "b"}).judged));
}

BOOST_AUTO_TEST_CASE(data_instead_of_a_ping_is_an_invalid_ping) {
  auto server = forward_server{secured({})};
  auto socket = forward_peer_socket{server};
  const auto log = captured_log{};
  socket.send(array({str("t"), integer(second), record("m")}));
  server.run();
  const auto answer = socket.received();
  BOOST_TEST((answer.find("invalid ping message") != std::string::npos));
  BOOST_TEST(socket.is_closed());
  BOOST_TEST(log.has("127.0.0.1"));
  BOOST_TEST(server.out.events.empty());
}

BOOST_AUTO_TEST_CASE(json_is_not_understood_with_security_on) {
  const auto log = captured_log{};
  auto server = forward_server{secured({})};
  auto socket = forward_peer_socket{server};
  socket.send("[\"PING\",\"a\",\"b\",\"c\",\"d\",\"e\"]");
  server.run();
  BOOST_TEST(socket.is_closed());
}

// S55
BOOST_AUTO_TEST_CASE(a_client_that_never_sends_its_ping_is_closed_after_a_time) {
  const auto log = captured_log{};
  auto server = forward_server{secured({})};
  auto idle = forward_peer_socket{server};
  auto fine = log_in(server, nobody);
  server.time.advance(std::chrono::seconds{9});
  server.pump();
  BOOST_TEST(!idle.is_closed());
  BOOST_REQUIRE(server.at().wake_at().has_value());
  server.time.advance(std::chrono::seconds{2});
  server.pump();
  BOOST_TEST(idle.is_closed());
  BOOST_TEST(!fine.socket.is_closed());
  BOOST_TEST(log.has("has not logged in in time"));
}

BOOST_AUTO_TEST_CASE(who_logs_in_gets_in_however_many_say_nothing) {
  auto s = secured({});
  s.max_connections = 2;
  auto server = forward_server{s};
  auto silent = forward_peer_socket{server};
  auto another = forward_peer_socket{server};
  server.pump();
  auto client = log_in(server, nobody);
  BOOST_TEST(static_cast<bool>(client.judged));
  BOOST_TEST(silent.is_closed());
  BOOST_TEST(!another.is_closed());
  auto next = log_in(server, nobody);
  BOOST_TEST(static_cast<bool>(next.judged));
  BOOST_TEST(another.is_closed());
  auto late = forward_peer_socket{server}; // of those that are in nobody gives way
  server.pump();
  BOOST_TEST(late.is_closed());
  BOOST_TEST(server.at().summary().find("2 (handshake), 1 (max_connections)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_oversized_ping_is_refused_before_it_is_received) {
  const auto log = captured_log{};
  auto server = forward_server{secured({})};
  auto socket = forward_peer_socket{server};
  socket.send("\x96\xa4PING\xdb\x00\x10\x00\x00");
  socket.send(std::string(100, 'x'));
  server.run();
  BOOST_TEST(socket.is_closed());
}

BOOST_AUTO_TEST_CASE(each_connection_is_greeted_with_another_nonce) {
  auto server = forward_server{secured(with_user())};
  auto a = forward_peer_socket{server};
  auto b = forward_peer_socket{server};
  server.pump(0);
  const auto first = decode_helo(a.received());
  const auto other = decode_helo(b.received());
  BOOST_REQUIRE((first && other));
  BOOST_TEST(first->nonce.size() == 16U);
  BOOST_TEST(first->auth.size() == 16U);
  BOOST_TEST((first->nonce != other->nonce && first->auth != other->auth));
}

BOOST_AUTO_TEST_SUITE_END()
