#include "tests/chaos/relay.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <string>
#include <string_view>

using namespace weir;
using namespace weir::chaos;
using namespace std::chrono_literals;

namespace {

/// A client and a server with a relay between them.
struct passage {
  relay through{1};
  test::socket_handle listener, client, server;
  std::size_t number = 0;

  passage() {
    const auto from = test::free_port();
    const auto to = test::free_port();
    listener = test::listen_on(to);
    const auto added = through.add_door(from, to);
    BOOST_REQUIRE(added);
    number = *added;
    through.start();
    client = test::connect_to(from);
    BOOST_REQUIRE(client.is_open());
    server = test::socket_handle{::accept(listener.descriptor(), nullptr, nullptr)};
    BOOST_REQUIRE(server.is_open());
  }
};

void send_text(const test::socket_handle& by, std::string_view text) {
  BOOST_REQUIRE_EQUAL(::send(by.descriptor(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

/// As much as is wanted, or what came before the end.
auto receive(const test::socket_handle& by, std::size_t bytes) -> std::string {
  auto text = std::string(bytes, '\0');
  const auto got = ::recv(by.descriptor(), text.data(), bytes, MSG_WAITALL);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

auto has_something(const test::socket_handle& at, int within_ms) -> bool {
  auto wanted = pollfd{at.descriptor(), POLLIN, 0};
  return ::poll(&wanted, 1, within_ms) > 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(passes_on_both_ways_and_tells_ends) {
  auto p = passage{};
  send_text(p.client, "question");
  BOOST_TEST(receive(p.server, 8) == "question");
  send_text(p.server, "answer");
  ::shutdown(p.server.descriptor(), SHUT_WR);
  BOOST_TEST(receive(p.client, 100) == "answer");
}

BOOST_AUTO_TEST_CASE(a_cut_resets_both_sides) {
  auto p = passage{};
  p.through.cut(p.number);
  for (const auto* side : {&p.client, &p.server}) {
    BOOST_REQUIRE(has_something(*side, 10'000));
    auto byte = char{};
    BOOST_TEST(::recv(side->descriptor(), &byte, 1, 0) == -1);
    BOOST_TEST(errno == ECONNRESET);
  }
}

BOOST_AUTO_TEST_CASE(a_stall_holds_what_goes_one_way_until_it_is_healed) {
  auto p = passage{};
  p.through.stall(p.number, direction::inward, std::chrono::steady_clock::now() + 1h);
  send_text(p.client, "held");
  send_text(p.server, "free");
  BOOST_TEST(receive(p.client, 4) == "free");
  BOOST_TEST(!has_something(p.server, 50));
  p.through.heal();
  BOOST_TEST(receive(p.server, 4) == "held");
}

BOOST_AUTO_TEST_CASE(a_delay_keeps_the_order) {
  auto p = passage{};
  p.through.delay(p.number, 5ms, std::chrono::steady_clock::now() + 1h);
  auto sent = std::string{};
  for (auto i = 0; i < 200; ++i) {
    const auto text = std::to_string(1000 + i);
    send_text(p.client, text);
    sent += text;
  }
  BOOST_TEST(receive(p.server, sent.size()) == sent);
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_the_connection_ends) {
  auto through = relay{1};
  const auto from = test::free_port();
  BOOST_REQUIRE(through.add_door(from, test::free_port()));
  through.start();
  const auto client = test::connect_to(from);
  BOOST_REQUIRE(client.is_open());
  BOOST_TEST(receive(client, 1).empty());
}
