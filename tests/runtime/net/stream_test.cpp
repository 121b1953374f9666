#include "runtime/net/stream.hpp"

#include "tests/runtime/net/loopback.hpp"
#include "tests/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <functional>
#include <utility>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

/// Somebody else sends while it does.
class meddled_transport final : public net::transport {
public:
  explicit meddled_transport(owned_fd socket) : plain_(net::make_plain_transport(std::move(socket))) {}
  auto shake_hands() -> net::io_outcome override { return plain_->shake_hands(); }
  auto receive(const iovec* to, int count) -> net::io_outcome override { return plain_->receive(to, count); }
  auto send(const iovec* from, int count) -> net::io_outcome override {
    if (on_send) std::exchange(on_send, nullptr)();
    return plain_->send(from, count);
  }
  void finish() override { plain_->finish(); }
  void close() override { plain_->close(); }
  auto fd() const -> int override { return plain_->fd(); }
  auto is_two_way() const -> bool override { return true; }

  std::function<void()> on_send;

private:
  std::unique_ptr<net::transport> plain_;
};

auto numbered(std::size_t n) -> std::string { return "frame " + std::to_string(n) + ", "; }

} // namespace

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(carry_bytes_both_ways_and_tell_the_end) {
  auto ends = loopback_pair{};
  const auto out = ends.dial();
  out->start(ends.mine);
  out->send({net::own_piece("hello, "), net::own_piece("world")}, net::send_as::control);
  BOOST_TEST(ends.accepted(0)->wait_text(12) == "hello, world");
  ends.strangers[0]->bytes()->send({net::own_piece("welcome")}, net::send_as::data);
  BOOST_TEST(ends.mine->wait_text(7) == "welcome");
  out->finish("done");
  BOOST_TEST(ends.accepted(0)->wait_end() == "the other side closed it");
  BOOST_TEST(ends.mine->wait_end() == "own: done");
}

BOOST_AUTO_TEST_CASE(keep_the_order_of_each_sender_whatever_the_socket_takes) {
  auto ends = loopback_pair{};
  const auto out = ends.dial({.control_bytes_max = std::size_t{64} << 20});
  out->start(ends.mine);
  auto wanted = std::string{};
  const auto padding = std::string(3000, 'x');
  for (std::size_t n = 0; n < 5000; ++n) {
    wanted += numbered(n) + padding;
    out->send({net::own_piece(numbered(n)), net::own_piece(padding)}, net::send_as::control);
  }
  const auto got = ends.accepted(0)->wait_text(wanted.size());
  BOOST_TEST((got == wanted));
  out->close("enough");
}

BOOST_AUTO_TEST_CASE(send_what_is_urgent_before_what_waits_and_never_inside_a_frame) {
  auto ends = loopback_pair{};
  const auto out = ends.dial({.control_bytes_max = std::size_t{64} << 20});
  const auto frame = std::string(5 << 20, 'd');
  for (auto i = 0; i < 3; ++i) out->send({net::own_piece(frame)}, net::send_as::control); // it is not open yet
  out->send({net::own_piece("urgent")}, net::send_as::urgent);
  out->start(ends.mine);
  const auto got = ends.accepted(0)->wait_text(3 * frame.size() + 6);
  const auto at = got.find("urgent");
  BOOST_TEST(at < got.size() - 6);
  BOOST_TEST(at % frame.size() == 0U);
}

BOOST_AUTO_TEST_CASE(never_put_what_is_urgent_into_a_frame_of_many_pieces) {
  auto ends = loopback_pair{};
  auto bytes = std::make_unique<meddled_transport>(ends.socket());
  auto* const meddled = bytes.get();
  const auto out = std::make_shared<net::stream>(ends.thread, std::move(bytes), net::stream_settings{});
  out->start(ends.mine);
  ends.mine->wait_open();
  meddled->on_send = [&] { out->send({net::own_piece("!")}, net::send_as::urgent); };
  const auto part = std::string(100, 'd');
  auto frame = net::frame_pieces{net::own_piece("<")};
  for (auto i = 0; i < 150; ++i) frame.push_back(net::own_piece(part)); // more than one write gathers
  out->send(std::move(frame), net::send_as::data);
  const auto got = ends.accepted(0)->wait_text(2 + 150 * part.size());
  BOOST_TEST((got == "<" + std::string(150 * part.size(), 'd') + "!"));
}

BOOST_AUTO_TEST_CASE(end_when_the_other_side_does_not_read_and_too_much_waits) {
  auto ends = loopback_pair{};
  const auto silent = ends.socket();
  auto out = std::shared_ptr<net::stream>{};
  ends.accepted(0);
  out = ends.strangers[0]->bytes();
  const auto frame = std::string(1 << 20, 'c');
  for (auto i = 0; i < 128; ++i) out->send({net::own_piece(frame)}, net::send_as::control);
  BOOST_TEST(ends.accepted(0)->wait_end().starts_with("own: it does not read: "));
}

BOOST_AUTO_TEST_CASE(end_with_the_words_of_their_reader) {
  auto ends = loopback_pair{};
  const auto out = ends.dial();
  out->start(ends.mine);
  out->send({net::own_piece("offence")}, net::send_as::control);
  BOOST_TEST(ends.accepted(0)->wait_end() == "own: an offence");
  ends.mine->wait_end();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(strangers)

BOOST_AUTO_TEST_CASE(give_way_the_oldest_first_when_there_are_too_many) {
  const auto log = captured_log{};
  auto ends = loopback_pair{{.strangers_max = 3}};
  auto sockets = std::vector<owned_fd>{};
  for (auto i = 0; i < 2; ++i) sockets.push_back(ends.socket());
  ends.accepted(1);
  ends.strangers[0]->admit(); // it is none any more
  for (auto i = 0; i < 3; ++i) sockets.push_back(ends.socket());
  ends.accepted(4);
  BOOST_TEST(ends.accepted(1)->wait_end() == "own: others came");
  BOOST_TEST(!ends.strangers[0]->bytes()->is_closed());
  BOOST_TEST(!ends.strangers[4]->bytes()->is_closed());
  BOOST_TEST(log.has("3 connections have not said who they are"));
}

BOOST_AUTO_TEST_CASE(have_a_time_to_say_who_they_are) {
  auto ends = loopback_pair{{.admitted_within = 200ms}};
  const auto known = ends.socket();
  ends.accepted(0);
  ends.strangers[0]->admit();
  const auto unknown = ends.socket();
  BOOST_TEST(ends.accepted(1)->wait_end() == "own: no hello in time");
  BOOST_TEST(!ends.strangers[0]->bytes()->is_closed());
}

BOOST_AUTO_TEST_CASE(are_not_let_in_when_there_are_too_many_connections) {
  const auto log = captured_log{};
  auto ends = loopback_pair{{.connections_max = 2}};
  const auto one = ends.socket();
  const auto two = ends.socket();
  ends.accepted(1);
  const auto three = ends.socket();
  char byte = 0;
  BOOST_TEST_REQUIRE(::fcntl(three.fd(), F_SETFL, 0) == 0); // wait for the end
  BOOST_TEST(::read(three.fd(), &byte, 1) == 0);
  BOOST_TEST(log.has("there are 2 connections, which is as many as may be"));
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_told) {
  auto ends = loopback_pair{};
  const auto again = net::listener::open(ends.thread, {"127.0.0.1", ends.listener->port()}, {}, [](const auto&) {});
  BOOST_TEST_REQUIRE(!again);
  BOOST_TEST(again.failure().what.ends_with(": Address already in use"));
}

BOOST_AUTO_TEST_SUITE_END()
