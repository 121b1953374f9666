#include "runtime/base/crc32c.hpp"
#include "runtime/flow/position_index.hpp"
#include "tests/actors/collectors/forward/fixture.hpp"

#include <random>

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
constexpr auto source_address = "n/collector/in";

auto packed(int from, int to) -> std::string {
  auto body = std::string{};
  for (auto i = from; i < to; ++i) body += event_entry(second, std::to_string(i));
  return body;
}

/// Entries numbered from 0, as a PackedForward message.
auto message(int count, std::string_view chunk) -> std::string {
  return array({str("t"), bin(packed(0, count)), chunk_option(chunk)});
}

auto events(int from, int to) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (auto i = from; i < to; ++i)
    all.push_back("t " + std::to_string(second) + "000000000 " + text_of(record(std::to_string(i))));
  return all;
}

/// What chunks would carry to receivers: positions that mean something to a later process.
void keep(position_index& index, const std::vector<position_range>& positions) {
  for (const auto& p : positions)
    if (!is_local_stream(p.stream)) index.add(source_address, p);
}

auto resume_of(const position_index& index) -> resume_info { return {index.of(source_address), {}}; }

/// Of a message of `count` entries that a client on loopback has sent.
auto stream_of(std::string_view chunk, std::string_view entries, std::uint64_t count) -> std::string {
  auto identity = forward_identity{};
  const auto client = trust_in(kind_of_forward_id(chunk)).is_shared ? "" : "127.0.0.1\n";
  const auto* prefix = trust_in(kind_of_forward_id(chunk)).is_random ? "~*f2:" : "~f2:";
  return prefix + std::string{identity.digest({chunk, client, "t", count, crc32c(entries)})};
}

auto covered(std::string_view chunk, int count, std::uint64_t begin, std::uint64_t end) -> position_range {
  return {stream_of(chunk, packed(0, count), static_cast<std::uint64_t>(count)), begin, end};
}

/// A message of one event, and its stream.
auto single_event(std::string_view chunk) -> std::string {
  return array({str("t"), integer(second), record("m"), chunk_option(chunk)});
}
auto single(std::string_view chunk) -> std::string {
  return stream_of(chunk, integer(second) + record("m"), 1);
}

auto sorted(std::vector<std::string> all) -> std::vector<std::string> {
  std::sort(all.begin(), all.end());
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_resends)

BOOST_AUTO_TEST_CASE(a_message_sent_again_before_its_ack_is_put_once_and_acknowledged_to_both_when_safe) {
  auto server = forward_server{};
  auto first = forward_peer_socket{server};
  auto again = forward_peer_socket{server};
  first.send(message(3, "id"));
  server.pump();
  again.send(message(3, "id"));
  server.pump();
  BOOST_TEST((server.out.events == events(0, 3)));
  BOOST_TEST(first.received().empty());
  BOOST_TEST(again.received().empty());
  server.settle();
  BOOST_TEST((first.received() == ack_of("id")));
  BOOST_TEST((again.received() == ack_of("id")));
}

BOOST_AUTO_TEST_CASE(a_message_sent_again_after_its_connection_died_is_acknowledged_on_the_new_one) {
  auto server = forward_server{};
  {
    auto first = forward_peer_socket{server};
    first.send(message(3, "id"));
    server.pump();
  }
  server.pump();
  auto again = forward_peer_socket{server};
  again.send(message(3, "id"));
  server.run();
  BOOST_TEST((server.out.events == events(0, 3)));
  BOOST_TEST((again.received() == ack_of("id")));
}

BOOST_AUTO_TEST_CASE(a_message_that_is_safe_is_acknowledged_at_once_whatever_else_is_under_way) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send(message(3, "id"));
  server.run();
  BOOST_TEST((client.received() == ack_of("id")));
  auto other = forward_peer_socket{server};
  other.send(message(2, "under way"));
  server.pump();
  client.close();
  server.pump();
  auto again = forward_peer_socket{server};
  again.send(message(3, "id"));
  server.pump();
  BOOST_TEST((again.received() == ack_of("id")));
  BOOST_TEST(other.received().empty());
  BOOST_TEST(server.out.events.size() == 5U);
}

BOOST_AUTO_TEST_CASE(every_message_has_a_save_point_of_its_own) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send(message(3, "a") + array({str("t"), integer(second), record("m")}) + message(2, "b")
              + single_event("c"));
  server.pump();
  BOOST_TEST((server.out.positions
              == std::vector<position_range>{
                  covered("a", 3, 0, 3), covered("b", 2, 0, 2), {single("c"), 0, 1}, {"!clients", 0, 1}}));
}

BOOST_AUTO_TEST_CASE(entries_are_born_where_they_stand_in_the_stream_of_their_message) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  const auto hash = std::string(32, 'a'); // names nothing for good
  client.send(message(3, "a") + array({str("t"), integer(second), record("m")}) + single_event("c") + message(2, hash));
  server.pump();
  constexpr auto none = birth::nowhere;
  BOOST_TEST((server.out.born == std::vector<std::uint64_t>{0, 1, 2, none, 0, none, none}));
}

BOOST_AUTO_TEST_CASE(after_a_restart_what_is_safe_is_acknowledged_and_not_put) {
  auto index = position_index{};
  {
    auto server = forward_server{};
    auto client = forward_peer_socket{server};
    client.send(message(3, "a") + message(2, "b"));
    server.pump();
    keep(index, server.out.positions);
  }
  auto server = forward_server{{}, resume_of(index)};
  auto client = forward_peer_socket{server};
  client.send(message(3, "a") + message(2, "b"));
  server.pump();
  BOOST_TEST(server.out.events.empty());
  BOOST_TEST(server.out.positions.empty());
  BOOST_TEST((client.received() == ack_of("a") + ack_of("b")));
}

BOOST_AUTO_TEST_CASE(a_message_of_which_parts_are_safe_goes_on_with_the_others) {
  for (const auto is_packed : {true, false}) {
    const auto resume = resume_info{{covered("id", 12, 0, 2), covered("id", 12, 4, 5), covered("id", 12, 7, 9)}, {}};
    auto server = forward_server{{}, resume};
    auto client = forward_peer_socket{server};
    auto entries = std::vector<std::string>{};
    for (auto i = 0; i < 12; ++i) entries.push_back(event_entry(second, std::to_string(i)));
    auto body = std::string(1, static_cast<char>(0x9c));
    for (const auto& e : entries) body += e;
    client.send(is_packed ? message(12, "id") : array({str("t"), body, chunk_option("id")}));
    server.pump();
    auto expected = events(2, 4);
    for (const auto& part : {events(5, 7), events(9, 12)})
      expected.insert(expected.end(), part.begin(), part.end());
    BOOST_TEST((server.out.events == expected));
    BOOST_TEST((server.out.born == std::vector<std::uint64_t>{2, 3, 5, 6, 9, 10, 11}));
    BOOST_TEST((server.out.positions
                == std::vector<position_range>{
                    covered("id", 12, 2, 4), covered("id", 12, 5, 7), covered("id", 12, 9, 12), {"!clients", 0, 1}}));
    BOOST_TEST(client.received().empty());
    server.settle();
    BOOST_TEST((client.received() == ack_of("id")));
    client.close();
    server.pump();
    auto again = forward_peer_socket{server};
    again.send(message(12, "id"));
    server.pump();
    BOOST_TEST((again.received() == ack_of("id")));
    BOOST_TEST((server.out.events == expected));
  }
}

BOOST_AUTO_TEST_CASE(single_events_are_recognised_too) {
  const auto one = single_event("id");
  auto index = position_index{};
  {
    auto server = forward_server{};
    auto client = forward_peer_socket{server};
    auto other = forward_peer_socket{server};
    client.send(one);
    server.pump();
    other.send(one);
    server.pump();
    BOOST_TEST(server.out.events.size() == 1U);
    keep(index, server.out.positions);
  }
  auto server = forward_server{{}, resume_of(index)};
  auto client = forward_peer_socket{server};
  client.send(one);
  server.pump();
  BOOST_TEST(server.out.events.empty());
  BOOST_TEST((client.received() == ack_of("id")));
}

BOOST_AUTO_TEST_CASE(empty_ids_are_not_remembered_and_huge_ones_are) {
  for (const auto& id : {std::string{}, std::string(4096, 'x')}) {
    auto server = forward_server{};
    auto client = forward_peer_socket{server};
    client.send(message(1, id));
    server.pump();
    auto again = forward_peer_socket{server};
    again.send(message(1, id));
    server.pump();
    BOOST_TEST(server.out.events.size() == (id.empty() ? 2U : 1U));
    server.settle();
    BOOST_TEST((client.received() == ack_of(id)));
    BOOST_TEST((again.received() == ack_of(id)));
  }
}

// A source that throws is made anew in the same process: what it had handed on may not be safe yet.
BOOST_AUTO_TEST_CASE(a_source_made_anew_does_not_acknowledge_what_is_under_way) {
  auto server = forward_server{{}, {{{"!clients", 0, 7}, covered("id", 3, 0, 3)}, {}}};
  auto client = forward_peer_socket{server};
  client.send(message(3, "id"));
  server.pump();
  BOOST_TEST(server.out.events.empty());
  BOOST_TEST(client.received().empty());
  server.settle(); // comes after all that was handed on before
  BOOST_TEST((client.received() == ack_of("id")));
}

// Goal: every entry once. Method: small budgets, so that messages are put in pieces; at any moment the
// process dies, and of the save points any may have been lost; clients send again what was not acked.
BOOST_AUTO_TEST_CASE(entries_arrive_once_however_often_the_process_dies_in_the_middle_of_messages) {
  auto random = std::mt19937{11};
  auto index = position_index{};
  auto stored = std::vector<std::string>{};
  constexpr auto messages = 12;
  auto acked = std::vector<bool>(messages, false);
  const auto body = [](int m) {
    auto all = std::string{};
    for (auto i = 0; i < 300; ++i)
      all += event_entry(second, std::to_string(m * 1000 + i) + std::string(2000, '.'));
    return all;
  };
  const auto id = [](int m) { return "message " + std::to_string(m); };
  for (auto life = 0; life < 60; ++life) {
    auto server = forward_server{{}, resume_of(index)};
    auto client = forward_peer_socket{server};
    for (auto m = 0; m < messages; ++m) {
      if (acked[static_cast<std::size_t>(m)] || random() % 4 != 0) continue;
      const auto root = array({str("t"), bin(body(m)), chunk_option(id(m))});
      auto offset = std::size_t{0};
      while (offset < root.size()) {
        offset += client.send_some(std::string_view{root}.substr(offset));
        (void)server.at().read(server.out, 1 + random() % 400'000);
      }
    }
    if (random() % 2 == 0) server.pump();
    auto events_before = std::size_t{0};
    // What lies between two save points is stored with the positions of the second, or lost.
    auto positions = std::vector<position_range>{};
    for (const auto& [events_at, position] : server.out.save_points) {
      positions.push_back(position);
      if (events_at == events_before) continue;
      const auto is_lost = random() % 3 == 0;
      if (!is_lost) {
        stored.insert(stored.end(), server.out.events.begin() + static_cast<std::ptrdiff_t>(events_before),
                      server.out.events.begin() + static_cast<std::ptrdiff_t>(events_at));
        keep(index, positions);
      }
      positions.clear();
      events_before = events_at;
    }
    for (auto m = 0; m < messages; ++m)
      if (index.covers(source_address, std::vector{position_range{stream_of(id(m), body(m), 300), 0, 300}}))
        acked[static_cast<std::size_t>(m)] = true;
  }
  BOOST_TEST(std::count(acked.begin(), acked.end(), true) == messages);
  stored = sorted(std::move(stored));
  BOOST_TEST(stored.size() == static_cast<std::size_t>(messages * 300));
  BOOST_TEST((std::unique(stored.begin(), stored.end()) == stored.end()));
}

BOOST_AUTO_TEST_SUITE_END()
