#include "runtime/net/connect.hpp"

#include "runtime/net/listening_socket.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/sockets.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

auto reaches(const std::string& host, std::uint16_t port) -> bool {
  return static_cast<bool>(net::connect_to({host, port}, 1s));
}

} // namespace

BOOST_AUTO_TEST_SUITE(connecting)

// A port of those that outgoing connections get may be given to who connects: it reaches itself then, on Linux for even
// ports about once in 28,000 times.
BOOST_AUTO_TEST_CASE(to_a_node_that_is_down_fails_even_if_its_port_is_given_to_who_connects) {
  auto port = std::uint16_t{40'000};
  while (!listen_on(port).is_open()) port += 2;
  auto reached = 0;
  for (auto i = 0; i < 60'000; ++i) reached += reaches("127.0.0.1", port) ? 1 : 0;
  BOOST_TEST(reached == 0);
}

BOOST_AUTO_TEST_CASE(to_a_node_that_listens_succeeds) {
  const auto port = free_port();
  const auto listener = listen_on(port);
  BOOST_TEST(reaches("127.0.0.1", port));
  BOOST_TEST(reaches("localhost", port));
}

BOOST_AUTO_TEST_CASE(to_a_path_succeeds_while_somebody_listens) {
  const auto folder = temporary_directory{};
  const auto path = folder / "socket";
  BOOST_TEST(net::connect_to_path(path).failure().what == "No such file or directory");
  {
    auto listener = net::listening_socket::open({{}, path}, 0600);
    BOOST_TEST_REQUIRE(static_cast<bool>(listener));
    BOOST_TEST(listener->text() == "unix:" + path);
    BOOST_TEST(static_cast<bool>(net::connect_to_path(path)));
    BOOST_TEST(listener->accept()->has_value());
  }
  BOOST_TEST(!net::connect_to_path(path));
}

BOOST_AUTO_TEST_CASE(says_why_it_failed) {
  const auto refused = net::connect_to({"127.0.0.1", free_port()}, 1s);
  BOOST_TEST_REQUIRE(!refused);
  BOOST_TEST(refused.failure().what == "Connection refused");
  BOOST_TEST(!net::connect_to({"no.such.host.invalid", 1}, 1s));
}

BOOST_AUTO_TEST_SUITE_END()
