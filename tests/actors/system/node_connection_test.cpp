#include "actors/system/node_connection.hpp"

#include "actors/system/dialer.hpp"
#include "actors/system/failure.hpp"
#include "runtime/net/listener.hpp"
#include "tests/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;

/// One node: its actors and its network.
struct side {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::shared_ptr<wire_commons> commons = std::make_shared<wire_commons>(system);
  std::unique_ptr<net::io_thread> network = std::make_unique<net::io_thread>([](const std::string&) {});
};

/// A host whose gate and member are the test, and a guest whose link and senders are.
struct connected {
  side host_side;
  side guest_side;
  caf::scoped_actor gate{host_side.system};
  caf::scoped_actor member{host_side.system};
  caf::scoped_actor link{guest_side.system};
  caf::actor host;  ///< stands for the link at the gate
  caf::actor guest; ///< stands for the gate at the link
  caf::actor proxy; ///< of the member, at the guest
  std::unique_ptr<net::listener> listener;
  std::shared_ptr<board_registry> boards = std::make_shared<board_registry>(); ///< the host's

  /// Nobody keeps the members, or the gate and the link do.
  explicit connected(guest_rights rights = {{"files"}, {}, [](right what) { return what == right::observe; }},
                     bool keep_members = false, bool introduces = false) {
    auto opened = net::listener::open(*host_side.network, {"127.0.0.1", 0}, {}, [=, this](const auto& who) {
      const auto wire = std::make_shared<node_wire>(host_side.commons, who->bytes(), caf::actor{});
      wire->expect_hello([=, this](const auto& it, const node_hello& hello) {
        who->admit();
        auto how = host_connection_settings{hello, caf::actor_cast<gate_actor>(gate), rights, {boards}};
        if (keep_members) how.cluster = caf::actor_cast<cluster_actor>(gate);
        return host_side.system.spawn(host_connection, it, how);
      });
      who->bytes()->start(wire);
    });
    BOOST_TEST_REQUIRE(static_cast<bool>(opened));
    listener = std::move(*opened);
    auto how = dialling{guest_side.network.get(), guest_side.commons};
    if (keep_members) how.cluster = caf::actor_cast<cluster_actor>(link);
    const auto dials = guest_side.system.spawn<caf::detached>(dialer, how);
    link->request(dials, patience, dial_atom::value, std::string{"127.0.0.1"}, listener->port())
        .receive([&](const caf::actor& made) { guest = made; }, [](const caf::error&) { BOOST_FAIL("cannot dial"); });
    caf::anon_send_exit(dials, caf::exit_reason::user_shutdown);
    greet(introduces);
  }
  ~connected() {
    listener.reset();
    for (const auto& who : {guest, host})
      if (who) caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
    guest = host = proxy = nullptr;
    guest_side.network.reset();
    host_side.network.reset();
    guest_side.commons.reset();
    host_side.commons.reset();
  }

  void greet(bool introduces) {
    auto mine = node_hello{protocol_version, "shop", "edge-1", 7, {"edge"}};
    mine.introduces = introduces;
    link->send(guest, mine);
    receive(gate, [&](const node_hello& hello) {
      BOOST_TEST(hello.node == "edge-1");
      host = caf::actor_cast<caf::actor>(gate->current_sender());
      gate->send(host, node_welcome{"core-1", "", 8, members()});
    });
    receive(link, [&](const node_welcome& answer) {
      BOOST_TEST_REQUIRE(answer.peers.size() == 1U);
      BOOST_TEST(answer.peers[0].address == "core-1/sink/files");
      proxy = answer.peers[0].handle;
    });
  }
  auto members() const -> std::vector<peer> {
    return {{"core-1/sink/files", "files", caf::actor_cast<caf::actor>(member)}};
  }

  template <class Handler> static void receive(caf::scoped_actor& at, Handler handler) {
    auto is_late = false;
    at->receive(handler, caf::after(patience) >> [&] { is_late = true; });
    BOOST_TEST_REQUIRE(!is_late);
  }
  /// Waits for the end of an actor that it monitors.
  static auto is_told_of_end(caf::scoped_actor& at, const caf::actor& who) -> bool {
    auto is_told = false;
    receive(at, [&](const caf::down_msg& m) { is_told = m.source == who.address(); });
    return is_told;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(connections)

BOOST_AUTO_TEST_CASE(let_actors_of_two_nodes_talk_as_if_they_were_neighbours) {
  auto nodes = connected{};
  auto sender = caf::scoped_actor{nodes.guest_side.system};
  sender->send(nodes.proxy, open_link{5, "edge-1/collector/logs"});
  auto sender_there = caf::actor{};
  nodes.receive(nodes.member, [&](const open_link& note) {
    BOOST_TEST(note.link == 5U);
    sender_there = caf::actor_cast<caf::actor>(nodes.member->current_sender());
  });
  nodes.member->send(sender_there, link_feedback{5, 1, 1000, false, {}, {}});
  nodes.receive(sender, [&](const link_feedback& note) {
    BOOST_TEST(note.grant_bytes == 1000U);
    BOOST_TEST((caf::actor_cast<caf::actor>(sender->current_sender()) == nodes.proxy));
  });
}

BOOST_AUTO_TEST_CASE(tell_of_the_end_of_a_sender) {
  auto nodes = connected{};
  auto sender_there = caf::actor{};
  {
    auto sender = caf::scoped_actor{nodes.guest_side.system};
    sender->send(nodes.proxy, open_link{5, "edge-1/collector/logs"});
    nodes.receive(nodes.member, [&](const open_link&) {
      sender_there = caf::actor_cast<caf::actor>(nodes.member->current_sender());
    });
    nodes.member->monitor(sender_there);
  }
  BOOST_TEST(nodes.is_told_of_end(nodes.member, sender_there));
}

BOOST_AUTO_TEST_CASE(tell_of_the_end_of_a_member) {
  auto nodes = connected{};
  nodes.link->monitor(nodes.proxy);
  nodes.gate->send(nodes.host, node_peers{"core-1", {}});
  nodes.receive(nodes.link, [&](const node_peers& note) { BOOST_TEST(note.peers.empty()); });
  BOOST_TEST(nodes.is_told_of_end(nodes.link, nodes.proxy));
}

BOOST_AUTO_TEST_CASE(end_with_all_their_proxies) {
  auto nodes = connected{};
  nodes.link->monitor(nodes.proxy);
  caf::anon_send_exit(nodes.host, caf::exit_reason::user_shutdown);
  BOOST_TEST(nodes.is_told_of_end(nodes.link, nodes.proxy));
  nodes.link->monitor(nodes.guest);
  BOOST_TEST(nodes.is_told_of_end(nodes.link, nodes.guest));
}

BOOST_AUTO_TEST_CASE(end_when_their_link_hangs_up) {
  auto nodes = connected{};
  nodes.gate->monitor(nodes.host);
  nodes.link->send(nodes.guest, hang_up_atom::value);
  BOOST_TEST(nodes.is_told_of_end(nodes.gate, nodes.host));
}

BOOST_AUTO_TEST_CASE(say_whether_their_end_was_meant) {
  const auto reason_of_end = [](const auto&... words) {
    auto nodes = connected{};
    nodes.link->monitor(nodes.guest);
    nodes.link->send(nodes.guest, hang_up_atom::value, words...);
    auto reason = caf::error{};
    nodes.receive(nodes.link, [&](const caf::down_msg& m) { reason = m.reason; });
    return reason ? failure_text(nodes.guest_side.system, reason) : std::string{};
  };
  BOOST_TEST(reason_of_end() == "");
  BOOST_TEST(reason_of_end(std::string{"not heard of for 2s"}) == "not heard of for 2s");
}

BOOST_AUTO_TEST_CASE(tell_who_keeps_the_members_whether_they_only_introduce) {
  for (const auto introduces : {false, true}) {
    auto nodes = connected{{}, true, introduces};
    for (auto* const keeper : {&nodes.gate, &nodes.link})
      nodes.receive(*keeper, [&](const link_greeted& note) { BOOST_TEST(note.who.is_introduction == introduces); });
  }
}

BOOST_AUTO_TEST_CASE(let_nobody_through_to_what_is_not_for_its_class) {
  const auto log = captured_log{};
  auto nodes = connected{guest_rights{{"other"}}};
  auto sender = caf::scoped_actor{nodes.guest_side.system};
  sender->send(nodes.proxy, open_link{5, "edge-1/collector/logs"});
  nodes.link->send(nodes.guest, node_pulse{"edge-1", 7});
  nodes.receive(nodes.gate, [](const node_pulse&) {}); // what came before it was judged
  BOOST_TEST(!nodes.member->has_next_message());
  BOOST_TEST(log.has("open_link is refused: it may not send to this component"));
}

BOOST_AUTO_TEST_CASE(refuse_what_the_other_side_has_no_right_to) {
  const auto log = captured_log{};
  auto nodes = connected{};
  auto asking = caf::scoped_actor{nodes.guest_side.system};
  asking->request(nodes.guest, patience, node_command{"drain", {}, "uid 0"})
      .receive([](const std::string&) { BOOST_FAIL("it obeys"); },
               [&](const caf::error& e) {
                 BOOST_TEST(failure_text(nodes.guest_side.system, e).find("may not operate it") != std::string::npos);
               });
  BOOST_TEST(log.has("it may not operate this node: \"drain\" is refused"));
}

BOOST_AUTO_TEST_CASE(ask_guests_as_they_ask_hosts) {
  auto nodes = connected{};
  auto asking = caf::scoped_actor{nodes.host_side.system};
  asking->request(nodes.host, patience, observe_atom::value)
      .receive([](const std::vector<observation>&) { BOOST_FAIL("the guest gave it no right to"); },
               [&](const caf::error& e) {
                 BOOST_TEST(failure_text(nodes.host_side.system, e).find("may not observe it") != std::string::npos);
               });
}

BOOST_AUTO_TEST_CASE(answer_questions_for_figures_from_the_boards_of_the_node) {
  auto nodes = connected{};
  const auto board = std::make_shared<actor_board>(sink_measures);
  const auto entry = nodes.boards->add({"core-1/sink/files", "files", "sink", "file"}, board);
  auto dropped = bounded_counts{};
  dropped.add("filtered", 3);
  auto figures = actor_figures{};
  figures.events_in = 7;
  board->publish("running", figures, {&dropped, nullptr, nullptr, nullptr});
  auto words = std::make_shared<actor_texts>();
  words->files = {{"/a.log", 3, 10, 4, "gone"}};
  board->tell(words);
  auto asking = caf::scoped_actor{nodes.guest_side.system};
  auto answer = asking->request(nodes.guest, patience, observe_atom::value);
  answer.receive(
      [&](const std::vector<observation>& all) {
        BOOST_TEST_REQUIRE(all.size() == 1U);
        BOOST_TEST(all[0].address == "core-1/sink/files");
        BOOST_TEST(all[0].events_in == 7U);
        BOOST_TEST(all[0].dropped.at("filtered") == 3U);
        BOOST_TEST(all[0].files.at(0).problem == "gone");
      },
      [](const caf::error&) { BOOST_FAIL("no answer"); });
}

BOOST_AUTO_TEST_SUITE_END()
