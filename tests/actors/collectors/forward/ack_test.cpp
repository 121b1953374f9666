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

auto message(std::string_view text, std::string_view chunk) -> std::string {
  return array({str("t"), bin(event_entry(second, text)), chunk_option(chunk)});
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_acks_)

// S36, S38
BOOST_AUTO_TEST_CASE(an_ack_comes_only_when_the_events_are_safe) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send(array({str("t"), integer(second), record("m"), chunk_option("a")}));
  client.send(array({str("t"), array({event_entry(second, "m")}), chunk_option("b")}));
  client.send(message("m", "c"));
  server.pump();
  BOOST_TEST(server.out.events.size() == 3U);
  BOOST_TEST(client.received().empty());
  BOOST_TEST(!server.at().is_settled());
  server.settle();
  BOOST_TEST((client.received() == ack_of("a") + ack_of("b") + ack_of("c")));
  BOOST_TEST(server.at().is_settled());
}

// S37
BOOST_AUTO_TEST_CASE(without_a_chunk_not_a_byte_is_sent) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send(array({str("t"), integer(second), record("m")})
              + array({str("t"), bin(event_entry(second, "m"))}) + "\xc0");
  server.run();
  BOOST_TEST(server.out.events.size() == 2U);
  BOOST_TEST(client.received().empty());
  BOOST_TEST(!client.is_closed());
}

// S39
BOOST_AUTO_TEST_CASE(acks_keep_the_order_of_the_messages_even_past_empty_ones) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send(message("m", "a") + array({str("t"), bin(""), chunk_option("b")}) + message("m", "c"));
  server.pump();
  BOOST_TEST(client.received().empty());
  server.settle();
  BOOST_TEST((client.received() == ack_of("a") + ack_of("b") + ack_of("c")));
}

// S40
BOOST_AUTO_TEST_CASE(with_deny_keepalive_the_connection_ends_after_the_first_message_and_its_ack) {
  auto s = forward_settings{};
  s.deny_keepalive = true;
  auto server = forward_server{s};
  auto client = forward_peer_socket{server};
  client.send(message("first", "a") + message("second", "b"));
  server.pump();
  BOOST_TEST(!client.is_closed());
  server.settle();
  BOOST_TEST((client.received() == ack_of("a")));
  BOOST_TEST(client.is_closed());
  BOOST_TEST(server.out.events.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_no_more_still_gets_its_acks) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send(message("m", "a"));
  client.finish();
  server.pump();
  BOOST_TEST(!client.is_closed());
  server.settle();
  BOOST_TEST((client.received() == ack_of("a")));
  BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(a_client_that_is_gone_before_its_ack_is_forgotten_and_its_events_stay) {
  auto server = forward_server{};
  {
    auto client = forward_peer_socket{server};
    for (int i = 0; i < 50; ++i) client.send(message("m", std::to_string(i)));
  }
  server.run();
  BOOST_TEST(server.out.events.size() == 50U);
  BOOST_TEST(server.at().is_settled());
}

// fluent-logger-node sends a chunk with every message and may never read an ack.
BOOST_AUTO_TEST_CASE(a_client_that_never_reads_its_acks_loses_acks_but_no_events) {
  auto server = forward_server{};
  auto deaf = forward_peer_socket{server};
  auto other = forward_peer_socket{server};
  const auto chunk = std::string(4000, 'c');
  constexpr auto messages = 4000;
  for (int i = 0; i < messages; ++i) {
    BOOST_REQUIRE(deaf.send(message("m", chunk)));
    if (i % 10 == 9) {
      (void)server.at().read(server.out, std::size_t{1} << 20);
      server.at().acknowledge(std::exchange(server.out.positions, {}));
    }
  }
  server.pump_until(messages);
  server.settle();
  BOOST_TEST(server.out.events.size() == static_cast<std::size_t>(messages));
  other.send(message("m", "b"));
  server.run();
  BOOST_TEST((other.received() == ack_of("b")));
}

// S65
BOOST_AUTO_TEST_CASE(without_demand_nothing_is_read_and_the_client_is_held_back_until_it_returns) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  server.pump(0);
  const auto one = array({str("t"), bin(event_entry(second, std::string(60'000, 'x')))});
  auto sent = std::string{};
  auto stuck = 0;
  for (std::size_t offset = 0; stuck < 3;) {
    const auto took = client.send_some(std::string_view{one}.substr(offset));
    sent += one.substr(offset, took);
    offset = (offset + took) % one.size();
    stuck = took == 0 ? stuck + 1 : 0;
    server.pump(0);
  }
  BOOST_TEST(server.out.events.empty());
  BOOST_TEST(client.received().empty());
  server.pump_until(sent.size() / one.size());
  BOOST_TEST(server.out.events.size() == sent.size() / one.size());
}

BOOST_AUTO_TEST_CASE(a_message_larger_than_the_demand_is_put_in_pieces_and_acknowledged_once) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  auto body = std::string{};
  for (int i = 0; i < 2000; ++i) body += event_entry(second, std::string(1000, 'x'));
  const auto root = array({str("t"), bin(body), chunk_option("c")}) + message("after", "d");
  auto offset = std::size_t{0};
  while (offset < root.size()) {
    offset += client.send_some(std::string_view{root}.substr(offset));
    (void)server.at().read(server.out, 1);
  }
  auto most = std::size_t{0};
  for (auto before = server.out.bytes; server.out.events.size() < 2001; before = server.out.bytes) {
    (void)server.at().read(server.out, 1000);
    most = std::max(most, server.out.bytes - before);
  }
  BOOST_TEST(most <= std::size_t{512} * 1024);
  BOOST_TEST(server.out.positions.size() > 3U);
  const auto half =
      std::vector<position_range>(server.out.positions.begin(), server.out.positions.begin() + 4);
  server.at().acknowledge(half);
  BOOST_TEST(client.received().empty());
  server.settle();
  BOOST_TEST((client.received() == ack_of("c") + ack_of("d")));
}

BOOST_AUTO_TEST_CASE(positions_go_on_where_the_last_instance_ended_but_how_much_is_safe_is_not_known) {
  auto server = forward_server{{}, {{{"!clients", 0, 41}}, {}}};
  BOOST_TEST(!server.at().is_settled());
  server.pump();
  BOOST_TEST((server.out.positions == std::vector<position_range>{{"!clients", 41, 42}}));
  BOOST_TEST(!server.at().is_settled());
  server.settle();
  BOOST_TEST(server.at().is_settled());
}

// S66
BOOST_AUTO_TEST_CASE(many_clients_at_once_lose_and_double_nothing) {
  auto server = forward_server{};
  auto clients = std::vector<std::unique_ptr<forward_peer_socket>>{};
  constexpr auto count = 50;
  constexpr auto rounds = 20;
  const auto id = [](int client, int round) { return std::to_string(100'000 + client * 100 + round); };
  for (int i = 0; i < count; ++i) clients.push_back(std::make_unique<forward_peer_socket>(server));
  for (int round = 0; round < rounds; ++round)
    for (int i = 0; i < count; ++i)
      clients[static_cast<std::size_t>(i)]->send(
          message(std::to_string(i) + '/' + std::to_string(round), id(i, round)));
  server.run();
  auto& events = server.out.events;
  std::sort(events.begin(), events.end());
  BOOST_TEST(events.size() == static_cast<std::size_t>(count * rounds));
  BOOST_TEST((std::unique(events.begin(), events.end()) == events.end()));
  for (const auto& client : clients)
    BOOST_TEST(client->received().size() == rounds * ack_of(id(0, 0)).size());
}

// S68
BOOST_AUTO_TEST_CASE(udp_heartbeats_are_answered_also_when_empty_and_without_demand) {
  auto server = forward_server{};
  auto beat = forward_peer_socket{server, SOCK_DGRAM};
  for (const auto bytes : {std::string_view{"\0", 1}, std::string_view{}}) {
    beat.send(bytes);
    server.pump(0);
    BOOST_TEST((beat.received() == std::string(1, '\0')));
  }
}

// 2.3, heartbeats by opening a connection; nil as a keep-alive message
BOOST_AUTO_TEST_CASE(connections_without_data_and_nil_messages_are_taken_quietly) {
  const auto log = captured_log{};
  auto server = forward_server{};
  { auto heartbeat = forward_peer_socket{server}; }
  auto client = forward_peer_socket{server};
  client.send("\xc0\xc0");
  server.run();
  BOOST_TEST(client.received().empty());
  BOOST_TEST(!client.is_closed());
  BOOST_TEST(log.text() == "");
}

BOOST_AUTO_TEST_SUITE_END()
