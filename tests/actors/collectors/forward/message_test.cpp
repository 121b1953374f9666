#include "runtime/codec/compression.hpp"
#include "tests/actors/collectors/forward/fixture.hpp"

#include <random>

using namespace weir;
using namespace weir::test;
using pack::array;
using pack::bin;
using pack::event_entry;
using pack::event_time;
using pack::integer;
using pack::map;
using pack::nil;
using pack::record;
using pack::str;

namespace {

constexpr auto second = 1'700'000'000U;

auto expected(std::string_view tag, std::uint64_t seconds, std::string_view text) -> std::string {
  return std::string{tag} + ' ' + std::to_string(seconds) + "000000000 {\"message\":\"" + std::string{text}
         + "\"}";
}

auto compressed(compression method, std::string_view bytes) -> std::string {
  auto out = byte_buffer{};
  BOOST_REQUIRE(static_cast<bool>(compress(method, bytes, out)));
  return std::string{out.view()};
}

auto events_of(const std::string& bytes, forward_settings s = {}) -> std::vector<std::string> {
  auto server = forward_server{std::move(s)};
  auto client = forward_peer_socket{server};
  client.send(bytes);
  server.run();
  BOOST_TEST(client.received().empty());
  BOOST_TEST(!client.is_closed());
  return server.out.events;
}

/// Whether a message is acknowledged; `server` has its events.
auto is_acknowledged(forward_server& server, const std::string& bytes, std::string_view chunk) -> bool {
  auto client = forward_peer_socket{server};
  client.send(bytes);
  server.run();
  return client.received() == ack_of(chunk);
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_messages)

// S9, S10
BOOST_AUTO_TEST_CASE(message_mode_keeps_times_and_reads_zero_as_now) {
  for (const auto& when : {integer(second), event_time(second), pack::event_time_ext8(second)})
    BOOST_TEST(events_of(array({str("t"), when, record("m")})) == std::vector{expected("t", second, "m")});
  for (const auto& when : {integer(0), nil(), event_time(0)})
    BOOST_TEST(events_of(array({str("t"), when, record("m")})) == std::vector{expected("t", second, "m")});
}

// S11
BOOST_AUTO_TEST_CASE(an_invalid_event_is_counted_and_acknowledged_and_the_connection_stays) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send(array({str("t"), pack::boolean(true), record("m"), chunk_option("a")}));
  client.send(array({str("t"), integer(second), str("no map"), chunk_option("b")}));
  client.send(array({str("t"), integer(second), record("m"), chunk_option("c")}));
  server.run();
  BOOST_TEST((client.received() == ack_of("a") + ack_of("b") + ack_of("c")));
  BOOST_TEST(server.out.dropped["invalid entry"] == 2U);
  BOOST_TEST(server.out.events.size() == 1U);
}

// S12
BOOST_AUTO_TEST_CASE(a_nil_record_is_ignored_without_an_ack) {
  BOOST_TEST(events_of(array({str("t"), integer(second), nil(), chunk_option("a")})).empty());
}

// S13, S36
BOOST_AUTO_TEST_CASE(json_clients_are_understood_and_get_json_acks) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send("[\"t\",1700000000,{\"message\":\"x\",\"message\":\"a\"},{\"chunk\":\"c1\"}]\n[\"t\","
              "1700000001,{\"message\":\"b\"}] ");
  client.send("[\"t\",[[1700000002,{\"message\":\"c\"}]],{\"chunk\":\"c2\"}]");
  server.run();
  BOOST_TEST(server.out.events
             == (std::vector{expected("t", second, "a"), expected("t", second + 1, "b"),
                             expected("t", second + 2, "c")}));
  BOOST_TEST(client.received() == "{\"ack\":\"c1\"}{\"ack\":\"c2\"}");
}

// S14
BOOST_AUTO_TEST_CASE(options_may_be_nil_missing_empty_or_unknown) {
  const auto root = [](auto... option) { return array({str("t"), integer(second), record("m"), option...}); };
  const auto bytes = root() + root(nil()) + root(map({})) + root(map({{"mood", str("good")}}));
  BOOST_TEST(events_of(bytes).size() == 4U);
}

// S15
BOOST_AUTO_TEST_CASE(metrics_and_traces_are_counted_and_acknowledged_but_are_no_events) {
  auto server = forward_server{};
  const auto option = [](int signal) {
    return map({{"fluent_signal", integer(signal)}, {"chunk", str("c")}});
  };
  BOOST_TEST(is_acknowledged(server, array({str("t"), bin("\x01\x02"), option(1)}), "c"));
  BOOST_TEST(is_acknowledged(server, array({str("t"), bin("\x01\x02"), option(2)}), "c"));
  BOOST_TEST(server.out.dropped["not a log"] == 2U);
  BOOST_TEST(is_acknowledged(server, array({str("t"), bin(event_entry(second, "m")), option(0)}), "c"));
  BOOST_TEST(server.out.events.size() == 1U);
}

// S15
BOOST_AUTO_TEST_CASE(an_option_that_is_no_map_ends_the_connection) {
  const auto log = captured_log{};
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send(array({str("t"), integer(second), record("m"), str("option")}));
  server.run();
  BOOST_TEST(client.is_closed());
  BOOST_TEST(server.out.events.empty());
}

// S16
BOOST_AUTO_TEST_CASE(metadata_goes_where_the_settings_say) {
  auto s = forward_settings{};
  s.metadata_key = "meta";
  const auto meta = map({{"k", str("v")}});
  const auto expected_event = "t 1700000000000000000 {\"message\":\"m\",\"meta\":{\"k\":\"v\"}}";
  BOOST_TEST(events_of(array({str("t"), event_time(second), record("m"), map({{"metadata", meta}})}), s)
             == std::vector<std::string>{expected_event});
  BOOST_TEST(events_of(array({str("t"), array({array({array({event_time(second), meta}), record("m")})})}), s)
             == std::vector<std::string>{expected_event});
}

// S17
BOOST_AUTO_TEST_CASE(values_that_are_no_messages_are_ignored_with_a_warning_until_they_are_too_many) {
  const auto log = captured_log{};
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  client.send(integer(7) + str("chunk") + array({str("t")}) + array({integer(1), integer(1), map({})}));
  client.send(array({str("t"), integer(second), record("m")}));
  server.run();
  BOOST_TEST(server.out.events.size() == 1U);
  BOOST_TEST(!client.is_closed());
  BOOST_TEST(log.has("ignored a value from 127.0.0.1:"));
  client.send("GET / HTTP/1.1\r\n");
  server.run();
  BOOST_TEST(client.is_closed());
}

// S18
BOOST_AUTO_TEST_CASE(a_message_may_come_byte_by_byte) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  for (const auto byte : array({str("t"), bin(event_entry(second, "m")), chunk_option("c")})) {
    client.send({&byte, 1});
    (void)server.at().read(server.out, 1000);
  }
  server.run();
  BOOST_TEST(server.out.events == std::vector{expected("t", second, "m")});
  BOOST_TEST((client.received() == ack_of("c")));
}

// S19
BOOST_AUTO_TEST_CASE(a_connection_cut_inside_a_message_yields_nothing_of_it_and_harms_nobody) {
  auto server = forward_server{};
  auto cut = forward_peer_socket{server};
  auto other = forward_peer_socket{server};
  const auto whole = array({str("t"), array({event_entry(second, "a"), event_entry(second, "b")})});
  cut.send(std::string_view{whole}.substr(0, whole.size() - 3));
  other.send(whole.substr(0, 10));
  server.pump();
  cut.close();
  server.pump();
  BOOST_TEST(server.out.events.empty());
  other.send(whole.substr(10));
  server.run();
  BOOST_TEST(server.out.events.size() == 2U);
  BOOST_TEST(server.at().is_settled());
}

// S20, S25
BOOST_AUTO_TEST_CASE(entries_with_all_forms_of_time_are_events_in_forward_and_packed_mode) {
  const auto times = {event_time(second),
                      integer(second),
                      array({event_time(second), map({})}),
                      array({event_time(second)}),
                      array({event_time(second), map({}), map({})}),
                      pack::real(second),
                      pack::event_time_ext8(second)};
  auto packed = std::string{};
  for (const auto& when : times) packed += array({when, record("m")});
  auto forward = std::string{"\x92"} + str("t") + static_cast<char>(0x90 | times.size()) + packed;
  for (const auto& root : {forward, array({str("t"), bin(packed)}), array({str("t"), str(packed)})})
    BOOST_TEST(events_of(root) == std::vector<std::string>(times.size(), expected("t", second, "m")));
}

// S21, S22, S28
BOOST_AUTO_TEST_CASE(invalid_entries_are_skipped_and_the_rest_is_kept_and_acknowledged) {
  const auto good = event_entry(second, "m");
  const auto bad_time = array({pack::boolean(true), record("m")});
  const auto bad_record = array({event_time(second), str("text")});
  const auto nil_record = array({event_time(second), nil()});
  const auto packed = good + bad_time + bad_record + nil_record + good;
  auto server = forward_server{};
  const auto forward = array({good, bad_time, bad_record, nil_record, good});
  for (const auto& [entries, chunk] : {std::pair{forward, "c"}, {bin(packed), "d"}}) {
    server.out.events.clear();
    server.out.dropped.clear();
    BOOST_TEST(is_acknowledged(server, array({str("t"), entries, chunk_option(chunk)}), chunk));
    BOOST_TEST(server.out.events.size() == 2U);
    BOOST_TEST(server.out.dropped["invalid entry"] == 2U);
  }
}

BOOST_AUTO_TEST_CASE(group_markers_are_no_events) {
  const auto start = array({array({event_time(0xFFFFFFFF), map({})}), map({})});
  const auto end = array({array({event_time(0xFFFFFFFE), map({})}), map({})});
  BOOST_TEST(events_of(array({str("t"), bin(start + event_entry(second, "m") + end)})).size() == 1U);
}

// S24
BOOST_AUTO_TEST_CASE(an_empty_message_is_acknowledged) {
  auto server = forward_server{};
  BOOST_TEST(is_acknowledged(server, array({str("t"), array({}), chunk_option("c")}), "c"));
  BOOST_TEST(is_acknowledged(server, array({str("t"), bin(""), chunk_option("d")}), "d"));
  BOOST_TEST(server.out.events.empty());
}

// S26, S29
BOOST_AUTO_TEST_CASE(compressed_payloads_of_several_members_are_read_whatever_they_are_called) {
  for (const auto method : {compression::gzip, compression::zstd})
    for (const auto* name : {"gzip", "zstd", "text", "lzma"}) {
      const auto payload =
          compressed(method, event_entry(second, "a")) + compressed(method, event_entry(second, "b"));
      const auto events = events_of(array({str("t"), bin(payload), map({{"compressed", str(name)}})}));
      BOOST_TEST(events == (std::vector{expected("t", second, "a"), expected("t", second, "b")}));
    }
  BOOST_TEST(
      events_of(array({str("t"), bin(event_entry(second, "a")), map({{"compressed", str("lzma")}})})).size()
      == 1U);
}

BOOST_AUTO_TEST_CASE(whatever_bytes_come_the_server_lives_and_serves_others) {
  const auto log = captured_log{};
  auto server = forward_server{};
  auto random = std::mt19937{7};
  const auto whole =
      array({str("t"), bin(event_entry(second, "a") + event_entry(second, "b")), chunk_option("c")});
  for (int i = 0; i < 200; ++i) {
    auto damaged = whole;
    for (int k = 0; k < 3; ++k) damaged[random() % damaged.size()] = static_cast<char>(random());
    auto client = forward_peer_socket{server};
    client.send(damaged);
    (void)server.at().read(server.out, 1 << 20);
  }
  server.run();
  server.out.events.clear();
  const auto other =
      array({str("t"), bin(event_entry(second, "a") + event_entry(second, "b")), chunk_option("another")});
  BOOST_TEST(is_acknowledged(server, other, "another"));
  BOOST_TEST(server.out.events.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
