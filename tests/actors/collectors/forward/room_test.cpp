/// Clients that stop in the middle of a message, and what others may expect meanwhile.
#include "runtime/measure/observation.hpp"
#include "tests/actors/collectors/forward/fixture.hpp"

using namespace weir;
using namespace weir::test;
using pack::array;
using pack::bin;
using pack::event_entry;
using pack::str;

namespace {

constexpr auto second = 1'700'000'000U;
constexpr auto mib = std::size_t{1} << 20;

auto message(std::size_t bytes, std::string_view chunk) -> std::string {
  return array({str("t"), bin(event_entry(second, std::string(bytes, 'x'))), chunk_option(chunk)});
}

auto eight_mib() -> forward_settings {
  auto s = forward_settings{};
  s.max_message = byte_count{8 * mib};
  return s;
}

/// Sends as much as the server takes; what is left of it.
auto send_most(forward_server& server, forward_peer_socket& client, std::string_view bytes)
    -> std::string_view {
  for (auto idle = 0; !bytes.empty() && idle < 3;) {
    const auto sent = client.send_some(bytes);
    bytes.remove_prefix(sent);
    idle = sent == 0 ? idle + 1 : 0;
    server.pump();
  }
  return bytes;
}

struct crowd {
  crowd(forward_server& server, std::size_t clients, std::size_t bytes) {
    const auto root = message(bytes + 1000, "never");
    for (std::size_t i = 0; i < clients; ++i) {
      all.push_back(std::make_unique<forward_peer_socket>(server));
      send_most(server, *all.back(), std::string_view{root}.substr(0, bytes));
    }
  }
  auto closed() -> std::size_t {
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const auto& c) { return c->is_closed(); }));
  }
  std::vector<std::unique_ptr<forward_peer_socket>> all;
};

auto observed(forward_server& server) -> observation {
  auto o = observation{};
  server.at().observe(o);
  return o;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_rooms)

BOOST_AUTO_TEST_CASE(large_messages_that_stand_still_leave_room_for_everyday_ones) {
  auto server = forward_server{eight_mib()};
  auto half = crowd{server, 6, 7 * mib};
  for (const auto bytes : {std::size_t{100}, std::size_t{100'000}, mib, 2 * mib - 1000}) {
    auto client = forward_peer_socket{server};
    const auto root = message(bytes, "c");
    BOOST_TEST(send_most(server, client, root).empty());
    server.run();
    BOOST_TEST((client.received() == ack_of("c")));
  }
  BOOST_TEST(half.closed() == 0U);
}

BOOST_AUTO_TEST_CASE(who_stands_still_gives_way_to_who_waits_and_no_more_than_needed) {
  const auto log = captured_log{};
  auto server = forward_server{eight_mib()};
  auto half = crowd{server, 36, mib};
  auto client = forward_peer_socket{server};
  const auto root = message(mib, "c");
  auto rest = send_most(server, client, root);
  server.run();
  BOOST_TEST(client.received().empty());
  server.time.advance(std::chrono::seconds{6});
  for (auto i = 0; i < 3; ++i) {
    server.time.advance(std::chrono::seconds{1});
    server.run();
    rest = send_most(server, client, rest);
  }
  server.run();
  BOOST_TEST((client.received() == ack_of("c")));
  BOOST_TEST(half.closed() >= 1U);
  BOOST_TEST(half.closed() < 10U);
  BOOST_TEST(log.has("stands still in the middle of a message"));
}

// Many at once and a store that is down: whoever waits for us is left alone.
BOOST_AUTO_TEST_CASE(whoever_waits_for_room_or_demand_is_not_closed) {
  auto server = forward_server{eight_mib()};
  const auto root = message(3 * mib, "c");
  auto clients = std::vector<std::unique_ptr<forward_peer_socket>>{};
  auto rest = std::vector<std::string_view>{};
  for (auto i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<forward_peer_socket>(server));
    rest.push_back(send_most(server, *clients.back(), std::string_view{root}.substr(0, mib + i * 50'000)));
    const auto sent = mib + static_cast<std::size_t>(i) * 50'000 - rest.back().size();
    rest.back() = std::string_view{root}.substr(sent);
    rest.back().remove_prefix(clients.back()->send_some(rest.back()));
  }
  for (auto i = 0; i < 10; ++i) {
    server.time.advance(std::chrono::seconds{10});
    server.pump(0);
  }
  auto acked = std::size_t{0};
  for (auto round = 0; round < 300 && acked < clients.size(); ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i)
      if (!rest[i].empty()) rest[i].remove_prefix(clients[i]->send_some(rest[i]));
    (void)server.at().read(server.out, std::size_t{1} << 20);
    server.at().acknowledge(std::exchange(server.out.positions, {}));
    for (const auto& client : clients) acked += client->received().empty() ? 0 : 1;
  }
  BOOST_TEST(acked == clients.size());
  BOOST_TEST(server.at().summary().find("refused") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_message_without_progress_ends_its_connection_however_it_trickles) {
  const auto log = captured_log{};
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  auto other = forward_peer_socket{server};
  const auto root = message(10'000, "c");
  auto offset = std::size_t{20};
  client.send(std::string_view{root}.substr(0, offset));
  server.pump();
  for (auto i = 0; i < 5; ++i) {
    server.time.advance(std::chrono::seconds{10});
    client.send(std::string_view{root}.substr(offset++, 1));
    server.pump();
    BOOST_TEST(!client.is_closed());
  }
  server.time.advance(std::chrono::seconds{11});
  server.pump();
  BOOST_TEST(client.is_closed());
  BOOST_TEST(!other.is_closed()); // between two messages one may be idle
  BOOST_TEST(log.has("stands still in the middle of a message, after 25 bytes"));
  BOOST_TEST(server.at().summary().find("refused 1 (stalled)") != std::string::npos);
  BOOST_TEST(observed(server).problems.size() == 1U);
  server.time.advance(std::chrono::minutes{2});
  BOOST_TEST(observed(server).problems.empty());
}

BOOST_AUTO_TEST_CASE(a_slow_message_that_goes_on_is_taken) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  const auto root = message(20'000, "c");
  for (std::size_t offset = 0; offset < root.size(); offset += 1100) {
    client.send(std::string_view{root}.substr(offset, 1100));
    server.pump();
    server.time.advance(std::chrono::seconds{50});
  }
  server.run();
  BOOST_TEST((client.received() == ack_of("c")));
}

BOOST_AUTO_TEST_CASE(who_is_not_read_for_want_of_demand_does_not_stand_still) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  const auto root = message(300, "c");
  client.send(std::string_view{root}.substr(0, 100));
  server.pump();
  server.pump(0);
  client.send(std::string_view{root}.substr(100));
  for (auto i = 0; i < 10; ++i) {
    server.time.advance(std::chrono::minutes{1});
    server.pump(0);
  }
  BOOST_TEST(!client.is_closed());
  server.run();
  BOOST_TEST((client.received() == ack_of("c")));
}

BOOST_AUTO_TEST_CASE(at_the_limit_the_longest_idle_client_gives_way_and_nobody_who_waits) {
  const auto log = captured_log{};
  auto s = forward_settings{};
  s.max_connections = 3;
  auto server = forward_server{s};
  auto waiting = forward_peer_socket{server};
  waiting.send(message(10, "c"));
  server.pump();
  server.time.advance(std::chrono::seconds{1});
  auto oldest = forward_peer_socket{server};
  server.pump();
  server.time.advance(std::chrono::seconds{1});
  auto active = forward_peer_socket{server};
  server.pump();
  auto refused = forward_peer_socket{server}; // nobody has been idle for long
  server.pump();
  BOOST_TEST(refused.is_closed());
  server.time.advance(std::chrono::minutes{2});
  active.send(array({str("t"), pack::integer(second), pack::record("m")}));
  server.pump();
  auto late = forward_peer_socket{server};
  server.pump();
  BOOST_TEST(oldest.is_closed());
  BOOST_TEST(!late.is_closed());
  BOOST_TEST(!active.is_closed());
  server.settle();
  BOOST_TEST((waiting.received() == ack_of("c")));
  BOOST_TEST(server.at().summary().find("refused 1 (idle), 1 (max_connections)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refusals_are_logged_once_a_minute_with_how_many_there_were) {
  const auto log = captured_log{};
  auto time = manual_clock{};
  auto refusals = client_refusals{"collector \"in\"", time};
  for (auto i = 0; i < 100; ++i) refusals.add("login", "refused 10.0.0." + std::to_string(i));
  BOOST_TEST(log.has("refused 10.0.0.0"));
  BOOST_TEST(!log.has("refused 10.0.0.1"));
  BOOST_TEST(refusals.latest() == "refused 10.0.0.99 (100 so far)");
  time.advance(std::chrono::minutes{1});
  BOOST_TEST(refusals.latest() == "");
  refusals.add("login", "refused 10.0.1.1");
  BOOST_TEST(log.has("refused 10.0.1.1; 99 more since the last line of this kind"));
}

BOOST_AUTO_TEST_CASE(what_can_never_be_taken_is_acked_and_counted) {
  const auto log = captured_log{};
  auto s = forward_settings{};
  s.chunk_size_limit = byte_count{8192};
  auto server = forward_server{s};
  auto client = forward_peer_socket{server};
  client.send(array({str(std::string(4097, 't')), bin(event_entry(second, "m")), chunk_option("a")})
              + message(10'000, "b")
              + array({str("t"), bin(array({str("no time"), pack::record("m")})), chunk_option("c")})
              + message(10, "d"));
  server.run();
  BOOST_TEST((client.received() == ack_of("a") + ack_of("b") + ack_of("c") + ack_of("d")));
  BOOST_TEST(server.out.events.size() == 1U);
  BOOST_TEST(server.out.dropped["tag too long"] == 1U);
  BOOST_TEST(server.out.dropped["message too large"] == 1U);
  BOOST_TEST(server.out.dropped["invalid entry"] == 1U);
  BOOST_TEST(log.has("a tag of 4097 bytes"));
}

BOOST_AUTO_TEST_SUITE_END()
