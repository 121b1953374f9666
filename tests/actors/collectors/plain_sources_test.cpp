#include "tests/actors/collectors/listening_source.hpp"
#include "tests/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace weir;
using test::listening_source;
using test::plain_client;

namespace {

using lines = std::vector<std::string>;

auto own_path(const std::string& name) -> std::string { return "/tmp/weir-plain-test-" + std::to_string(::getpid()) + '-' + name; }

/// Pumps until a command has printed so much, and has ended if it is to.
void pump_command(listening_source& in, std::size_t count, bool is_to_end) {
  constexpr auto rounds_max = 1000;
  for (auto i = 0; i < rounds_max && (in.out.found.size() < count || (is_to_end && !in.is_finished)); ++i) in.pump();
}

} // namespace

BOOST_AUTO_TEST_SUITE(plain_sources)

BOOST_AUTO_TEST_CASE(tcp_takes_lines_and_says_whose_they_are) {
  auto in = listening_source{"tcp", {{"listen", "127.0.0.1:0"}, {"source_address_key", "from"}, {"max_message", "480B"}}};
  auto client = plain_client{in.port(), SOCK_STREAM};
  client.send("one\n\n" + std::string(500, 'x') + "\nlast");
  client.end();
  in.pump_until(4);
  const auto from = std::string{R"({"from":"127.0.0.1"})"};
  BOOST_TEST(in.out.found[0] == "tcp one " + from);
  BOOST_TEST(in.out.found[1] == "tcp  " + from);
  BOOST_TEST(in.out.found[2] == "tcp " + std::string(480, 'x') + R"( {"truncated":true,"from":"127.0.0.1"})");
  BOOST_TEST(in.out.found[3] == "tcp last " + from);
}

BOOST_AUTO_TEST_CASE(other_framings_are_taken_as_set) {
  using namespace std::string_literals;
  for (const auto& [how, bytes] : {std::pair{"nul", "a\nb\0c\0"s}, std::pair{"octets", "3 a\nb1 c"s}}) {
    auto in = listening_source{"tcp", {{"listen", "127.0.0.1:0"}, {"framing", how}}};
    auto client = plain_client{in.port(), SOCK_STREAM};
    client.send(bytes);
    in.pump_until(2);
    BOOST_TEST(in.out.found == (lines{"tcp a\nb", "tcp c"}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_datagram_is_an_event) {
  auto in = listening_source{"udp", {{"listen", "127.0.0.1:0"}, {"max_message", "480B"}}};
  auto client = plain_client{in.port(), SOCK_DGRAM};
  client.send("one\ntwo");
  client.send(std::string(481, 'x'));
  in.pump_until(2);
  BOOST_TEST(in.out.found[0] == "udp one\ntwo");
  BOOST_TEST(in.out.found[1] == "udp " + std::string(480, 'x') + R"( {"truncated":true})");
}

BOOST_AUTO_TEST_CASE(unix_sockets_take_streams_and_datagrams) {
  const auto path = own_path("socket");
  for (const auto& [kind, type] : {std::pair{"stream", SOCK_STREAM}, std::pair{"datagram", SOCK_DGRAM}}) {
    auto in = listening_source{"unix", {{"path", path}, {"kind", kind}}};
    auto client = plain_client{path, type};
    client.send(type == SOCK_STREAM ? "a line\n" : "a line");
    in.pump_until(1);
    BOOST_TEST(in.out.found[0] == "unix a line");
  }
}

BOOST_AUTO_TEST_CASE(a_named_pipe_is_read_whoever_comes_and_goes) {
  const auto path = own_path("fifo");
  auto in = listening_source{"fifo", {{"path", path}}};
  const auto write = [&](std::string_view bytes) {
    const auto fd = owned_fd{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)};
    BOOST_REQUIRE(::write(fd.fd(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  };
  write("one\ntw");
  in.pump_until(2);
  write("three\n");
  in.pump_until(3);
  BOOST_TEST(in.out.found == (lines{"fifo one", "fifo tw", "fifo three"}), boost::test_tools::per_element());
  ::unlink(path.c_str());
  BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  in.pump();
  write("of another\n");
  in.pump_until(4);
  BOOST_TEST(in.out.is_gapless);
  ::unlink(path.c_str());
}

BOOST_AUTO_TEST_CASE(a_command_is_read_to_its_end) {
  const auto log = test::captured_log{};
  auto in = listening_source{"exec", {{"command", "hostname"}, {"restart", "never"}}};
  pump_command(in, 1, true);
  BOOST_TEST(in.is_finished);
  BOOST_TEST(in.out.found.size() == 1U);
  BOOST_TEST(in.seen().noted.at("exit status 0") == 1U);
}

BOOST_AUTO_TEST_CASE(a_command_that_cannot_be_started_or_fails_is_told_and_tried_again_later) {
  const auto log = test::captured_log{};
  for (const auto& [command, what] : {std::pair{"/nowhere/at/all", "not started"}, std::pair{"false", "exit status 1"}}) {
    auto in = listening_source{"exec", {{"command", command}, {"restart", "on_failure"}}};
    pump_command(in, 0, false);
    for (auto i = 0; i < 1000 && in.seen().noted.count(what) == 0; ++i) in.pump();
    BOOST_TEST(in.seen().noted.at(what) == 1U);
    BOOST_TEST(in.seen().problems.size() == 1U);
    BOOST_TEST(!in.is_finished);
    in.time.advance(std::chrono::minutes{1});
    for (auto i = 0; i < 1000 && in.seen().noted.at(what) < 2; ++i) in.pump();
    BOOST_TEST(in.seen().noted.at(what) == 2U);
  }
}

BOOST_AUTO_TEST_CASE(settings_that_do_nothing_are_refused) {
  BOOST_TEST(test::problems_of("tcp", {{"listen", "unix:/x"}}) == 1U);
  BOOST_TEST(test::problems_of("tcp", {{"listen", "0.0.0.0:1"}, {"handshake_timeout", "1s"}}) == 1U);
  BOOST_TEST(test::problems_of("udp", {{"listen", "nowhere"}}) == 1U);
  BOOST_TEST(test::problems_of("unix", {{"path", "relative"}}) == 1U);
  BOOST_TEST(test::problems_of("unix", {{"path", "/x"}, {"kind", "datagram"}, {"framing", "nul"}}) == 1U);
  BOOST_TEST(test::problems_of("fifo", {{"path", "/x"}, {"mode", "rw"}}) == 1U);
  BOOST_TEST(test::problems_of("exec", {{"command", "x"}, {"stderr_tag", "y"}}) == 1U);
  BOOST_TEST(test::problems_of("exec", {{"command", "x"}, {"interval", "1s"}, {"restart", "never"}}) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
