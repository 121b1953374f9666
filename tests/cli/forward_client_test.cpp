#include "cli/forward_client.hpp"
#include "tests/actors/collectors/forward/fixture.hpp"

#include <stop_token>
#include <thread>

using namespace weir;
using namespace weir::test;

namespace {

const auto credentials = forward_credentials{"client.example", "shared", "ann", "secret"};

/// A source that acknowledges at once, in a thread of its own.
class serving {
public:
  explicit serving(forward_settings s) : server_(std::move(s)) {
    thread_ = std::jthread{[this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        server_.pump();
        server_.at().acknowledge(std::exchange(server_.out.positions, {}));
      }
    }};
  }
  auto target() const -> cli::forward_target {
    return {{{"127.0.0.1", port_}, {}}, {}, std::chrono::seconds{20}};
  }
  /// The events, after the end.
  auto stop() -> std::vector<std::string>& {
    thread_ = {};
    return server_.out.events;
  }

private:
  forward_server server_;
  std::uint16_t port_ = server_.port();
  std::jthread thread_;
};

auto secured() -> forward_settings {
  auto s = forward_settings{};
  s.security = forward_security{};
  s.security->shared_key.value = "shared";
  s.security->users = {{"ann", {"secret"}}};
  return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_forward_client)

BOOST_AUTO_TEST_CASE(what_is_sent_is_acknowledged_in_every_compression) {
  auto server = serving{{}};
  auto client = cli::forward_client::connect(server.target());
  BOOST_REQUIRE(static_cast<bool>(client));
  const auto entries = pack::event_entry(1'700'000'000, "a") + pack::event_entry(1'700'000'001, "b");
  for (const auto method : {compression::none, compression::gzip, compression::zstd}) {
    const auto chunk = make_forward_chunk_id();
    BOOST_REQUIRE(static_cast<bool>(client->send({"t", entries, 2, chunk, method})));
    BOOST_TEST(static_cast<bool>(client->await_ack(chunk)));
  }
  BOOST_TEST(server.stop().size() == 6U);
}

BOOST_AUTO_TEST_CASE(several_messages_may_wait_for_their_acks) {
  auto server = serving{{}};
  auto client = cli::forward_client::connect(server.target());
  BOOST_REQUIRE(static_cast<bool>(client));
  const auto entry = pack::event_entry(1'700'000'000, "a");
  for (const auto* chunk : {"1", "2", "3"})
    BOOST_REQUIRE(static_cast<bool>(client->send({"t", entry, 1, chunk})));
  for (const auto* chunk : {"1", "2", "3"}) BOOST_TEST(static_cast<bool>(client->await_ack(chunk)));
}

BOOST_AUTO_TEST_CASE(the_right_credentials_are_let_in_and_wrong_ones_are_told_why) {
  auto server = serving{secured()};
  auto target = server.target();
  target.credentials = credentials;
  auto client = cli::forward_client::connect(target);
  BOOST_REQUIRE_MESSAGE(client, (client ? std::string{} : client.failure().what));
  BOOST_REQUIRE(static_cast<bool>(client->send({"t", pack::event_entry(1'700'000'000, "a"), 1, "c"})));
  BOOST_TEST(static_cast<bool>(client->await_ack("c")));
  target.credentials->password = "wrong";
  const auto refused = cli::forward_client::connect(target);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.failure().what == "the server refused: username/password mismatch");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_named) {
  const auto refused = cli::forward_client::connect({{{"127.0.0.1", 1}, {}}, {}, std::chrono::seconds{5}});
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.failure().what.starts_with("cannot connect to 127.0.0.1:1: "));
}

BOOST_AUTO_TEST_SUITE_END()
