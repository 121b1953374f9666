/// Which messages are repeats, and which only look so.
#include "runtime/codec/base64.hpp"
#include "runtime/measure/observation.hpp"
#include "tests/actors/collectors/forward/fixture.hpp"

#include <unistd.h>

#include <filesystem>

using namespace weir;
using namespace weir::test;
using pack::array;
using pack::bin;
using pack::event_entry;
using pack::str;

namespace {

constexpr auto second = 1'700'000'000U;
const auto hash_id = std::string{"3c9909afec25354d551dae21590bb26e"};
const auto random_id = std::string{"Zkd5mP0qXl3mQJ0Yx1r3Aw==\n"};
const auto seeded_id = to_base64({"\x80\xa3\x1a\x65\0\0\0\0\x12\x34\x56\x78\x9a\xbc\xde\xf0", 16});
const auto own_id = std::string{"0001"};
const auto all_ids = {hash_id, random_id, seeded_id, own_id};

auto message(std::string_view id, std::string_view text = "GET /health 200", std::string_view tag = "t")
    -> std::string {
  return array({str(tag), bin(event_entry(second, text)), chunk_option(id)});
}

using events = std::size_t;

} // namespace

BOOST_AUTO_TEST_SUITE(forward_repeats)

// Fluent Bit: the id of a batch is a hash of its entries.
BOOST_AUTO_TEST_CASE(equal_messages_on_one_connection_after_their_acks_are_new) {
  for (const auto& id : all_ids) {
    auto server = forward_server{};
    auto client = forward_peer_socket{server};
    for (auto i = 0; i < 40; ++i) {
      client.send(message(id));
      server.run();
      BOOST_TEST((client.received() == ack_of(id)));
    }
    client.send(message(id) + message(id)); // nor is a client that does not wait
    server.run();
    BOOST_TEST((client.received() == ack_of(id) + ack_of(id)));
    BOOST_TEST(server.out.events.size() == events{42});
  }
}

BOOST_AUTO_TEST_CASE(equal_messages_over_connections_that_each_got_their_ack_are_new_where_ids_recur) {
  for (const auto& id : {hash_id, seeded_id}) {
    auto server = forward_server{};
    for (auto i = 0; i < 5; ++i) {
      auto client = forward_peer_socket{server};
      client.send(message(id));
      server.run();
      BOOST_TEST((client.received() == ack_of(id)));
      client.close();
      server.pump();
    }
    BOOST_TEST(server.out.events.size() == events{5});
  }
}

BOOST_AUTO_TEST_CASE(the_same_after_connections_that_we_have_closed) {
  auto s = forward_settings{};
  s.deny_keepalive = true;
  auto server = forward_server{s};
  for (auto i = 0; i < 3; ++i) {
    auto client = forward_peer_socket{server};
    client.send(message(hash_id));
    server.run();
    BOOST_TEST((client.received() == ack_of(hash_id)));
    client.close();
    server.pump();
  }
  BOOST_TEST(server.out.events.size() == events{3});
}

BOOST_AUTO_TEST_CASE(the_same_over_a_unix_socket) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("weir-repeat-" + std::to_string(::getpid()))).string();
  auto s = forward_settings{};
  s.listen = {"unix:" + path};
  auto server = forward_server{s};
  const auto send = [&](bool reads_ack) {
    auto client = forward_peer_socket{path};
    client.send(message(hash_id));
    server.run();
    if (reads_ack) BOOST_TEST((client.received() == ack_of(hash_id)));
    client.close();
    server.pump();
  };
  for (const auto reads_ack : {true, true, false, true}) send(reads_ack); // the last one is the third again
  BOOST_TEST(server.out.events.size() == events{3});
}

BOOST_AUTO_TEST_CASE(another_tag_count_or_content_under_one_id_is_another_message) {
  for (const auto& id : all_ids) {
    auto server = forward_server{};
    for (const auto& root :
         {message(id), message(id, "GET /health 200", "u"), message(id, "GET /health 201"),
          array({str("t"), bin(event_entry(second, "GET /health 200") + event_entry(second, "GET /health 200")),
                 chunk_option(id)})}) {
      auto client = forward_peer_socket{server};
      client.send(root);
      server.run();
      BOOST_TEST((client.received() == ack_of(id)));
    }
    BOOST_TEST(server.out.events.size() == events{5});
  }
}

// It may have been stored, but the client does not know.
BOOST_AUTO_TEST_CASE(what_comes_again_because_its_connection_ended_without_an_ack_is_put_once) {
  for (const auto& id : all_ids)
    for (const auto is_acked_to_nobody : {true, false}) {
      auto server = forward_server{};
      {
        auto client = forward_peer_socket{server};
        client.send(message(id));
        server.pump();
        if (is_acked_to_nobody) server.settle(); // never read
      }
      auto again = forward_peer_socket{server}; // before the end of the first one was seen
      again.send(message(id));
      server.run();
      BOOST_TEST((again.received() == ack_of(id)));
      BOOST_TEST(server.out.events.size() == events{1});
      auto seen = observation{};
      server.at().observe(seen);
      BOOST_TEST(seen.noted["sent again, known"] == 1U);
      again.send(message(id));
      server.run();
      BOOST_TEST(server.out.events.size() == events{2});
    }
}

BOOST_AUTO_TEST_CASE(each_of_several_equal_messages_under_way_is_known_again) {
  auto server = forward_server{};
  {
    auto first = forward_peer_socket{server};
    auto other = forward_peer_socket{server};
    for (auto* client : {&first, &other}) {
      client->send(message(hash_id));
      server.pump();
    }
  }
  for (auto i = 0; i < 2; ++i) {
    auto again = forward_peer_socket{server};
    again.send(message(hash_id));
    server.run();
    BOOST_TEST((again.received() == ack_of(hash_id)));
  }
  BOOST_TEST(server.out.events.size() == events{2});
}

// A connection may be dead for its client and alive for us: a cable was cut.
BOOST_AUTO_TEST_CASE(while_the_first_connection_lives_only_ids_that_cannot_recur_tell_a_repeat) {
  for (const auto& id : all_ids)
    for (const auto is_acked : {false, true}) {
      auto server = forward_server{};
      auto first = forward_peer_socket{server};
      first.send(message(id));
      server.pump();
      if (is_acked) server.settle();
      auto again = forward_peer_socket{server};
      again.send(message(id));
      server.run();
      const auto is_repeat = id == random_id || (id == own_id && !is_acked);
      BOOST_TEST(server.out.events.size() == events{is_repeat ? 1U : 2U});
      BOOST_TEST((again.received() == ack_of(id)));
      BOOST_TEST((first.received() == ack_of(id)));
    }
}

// After a restart nobody knows whether a client had its ack. Equal content is no proof: nothing may be lost.
BOOST_AUTO_TEST_CASE(after_a_restart_all_but_hashes_are_known_again) {
  for (const auto& id : all_ids) {
    auto positions = std::vector<position_range>{};
    {
      auto server = forward_server{};
      auto client = forward_peer_socket{server};
      client.send(message(id));
      server.pump();
      positions = server.out.positions;
    }
    std::erase_if(positions, [](const auto& p) { return is_local_stream(p.stream); });
    BOOST_TEST(positions.size() == (id == hash_id ? 0U : 1U));
    auto server = forward_server{{}, {positions, {}}};
    auto client = forward_peer_socket{server};
    client.send(message(id));
    server.run();
    BOOST_TEST(server.out.events.size() == events{id == hash_id ? 1U : 0U});
    client.send(message(id));
    server.run();
    BOOST_TEST(server.out.events.size() == events{id == hash_id ? 2U : 1U});
  }
}

// Positions of equal messages follow each other, so that each is an event of its own to whoever looks at them.
BOOST_AUTO_TEST_CASE(equal_messages_have_positions_of_their_own_also_across_a_restart) {
  auto server = forward_server{};
  auto client = forward_peer_socket{server};
  for (auto i = 0; i < 3; ++i) {
    client.send(message(own_id));
    server.run();
  }
  const auto stream = server.out.save_points.front().second.stream;
  BOOST_TEST(server.out.covered_to[stream] == 3U);
  auto next = forward_server{{}, {{{stream, 0, 1}, {stream, 2, 3}}, {}}}; // the second was lost on its way
  auto again = forward_peer_socket{next};
  again.send(message(own_id));
  next.run();
  BOOST_TEST((next.out.save_points.front().second == position_range{stream, 1, 2}));
  again.send(message(own_id));
  next.run();
  BOOST_TEST(next.out.covered_to[stream] == 4U);
  BOOST_TEST(next.out.events.size() == events{2});
}

BOOST_AUTO_TEST_CASE(clients_of_one_address_are_told_apart_by_the_name_in_their_hello) {
  auto window = forward_window{};
  const auto own = std::make_shared<forward_carrier>();
  auto identity = forward_identity{};
  const auto one = std::string{identity.digest({own_id, "10.0.0.1\na", "t", 1, 2})};
  const auto other = std::string{identity.digest({own_id, "10.0.0.1\nb", "t", 1, 2})};
  BOOST_TEST(!window.judge({one, 1, trust_in(forward_id_kind::own), own, 0}).is_resent);
  BOOST_TEST(!window.judge({other, 1, trust_in(forward_id_kind::own), own, 0}).is_resent);
}

BOOST_AUTO_TEST_CASE(a_message_is_forgotten_when_the_window_has_passed_it_and_not_before) {
  auto window = forward_window{};
  const auto trust = trust_in(forward_id_kind::unique);
  const auto judge = [&](std::size_t i) {
    return window.judge({"~f2:" + std::to_string(i), 1, trust, std::make_shared<forward_carrier>(), 0}).is_resent;
  };
  for (std::size_t i = 0; i < window_streams_max; ++i) BOOST_TEST(!judge(i));
  BOOST_TEST(judge(0));
  BOOST_TEST(!judge(window_streams_max));
  BOOST_TEST(judge(1));
  BOOST_TEST(!judge(0));
  BOOST_TEST(window.size() == window_streams_max);
}

BOOST_AUTO_TEST_CASE(what_is_known_from_before_stays_known_until_a_whole_window_has_come) {
  auto resume = resume_info{};
  for (std::size_t i = 0; i < window_streams_max; ++i)
    resume.covered.push_back({"~f2:old" + std::to_string(i), 0, 1});
  auto window = forward_window{};
  window.resume(resume, 0);
  const auto carrier = std::make_shared<forward_carrier>();
  const auto judge = [&](const std::string& stream) {
    return window.judge({stream, 1, trust_in(forward_id_kind::unique), carrier, 0}).is_resent;
  };
  for (std::size_t i = 0; i < window_streams_max; ++i) BOOST_TEST(!judge("~f2:" + std::to_string(i)));
  BOOST_TEST(judge("~f2:old0"));
  BOOST_TEST(!judge("~f2:one more"));
  BOOST_TEST(window.size() == 2 * window_streams_max);
}

BOOST_AUTO_TEST_SUITE_END()
