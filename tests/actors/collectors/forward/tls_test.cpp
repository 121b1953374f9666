#include "runtime/net/connect.hpp"
#include "tests/actors/collectors/forward/fixture.hpp"
#include "tests/support/certificates.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using pack::array;
using pack::bin;
using pack::event_entry;
using pack::integer;
using pack::record;
using pack::str;

namespace {

constexpr auto second = 1'700'000'000U;

/// A client that lets the server go on while it waits.
class tls_peer {
public:
  tls_peer(forward_server& server, const net::tls_settings& files)
      : server_(server), bytes_(context_of(files)->connect(connected(server), "127.0.0.1")) {}

  /// Why it is over; empty when both sides agree.
  auto shake_hands() -> std::string {
    for (;;) {
      const auto out = bytes_->shake_hands();
      if (net::is_over(out.status)) return out.problem;
      if (out.status == net::io_status::done) return {};
      server_.pump(0);
    }
  }
  void send(std::string_view text, std::size_t budget) {
    while (!text.empty()) {
      const auto part = iovec{const_cast<char*>(text.data()), text.size()};
      const auto out = bytes_->send(&part, 1);
      BOOST_REQUIRE(!net::is_over(out.status));
      text.remove_prefix(out.bytes);
      if (out.bytes == 0) server_.pump(budget);
    }
  }
  auto received() -> std::string {
    auto all = std::string{};
    char bytes[4096];
    const auto place = iovec{bytes, sizeof bytes};
    for (auto out = net::io_outcome{}; out.status == net::io_status::done; all.append(bytes, out.bytes)) {
      out = bytes_->receive(&place, 1);
      is_closed_ = net::is_over(out.status);
    }
    return all;
  }
  auto is_closed() -> bool {
    (void)received();
    return is_closed_;
  }

private:
  static auto connected(const forward_server& server) -> owned_fd {
    auto socket = net::connect_to({"127.0.0.1", server.port()}, 10s);
    BOOST_REQUIRE(static_cast<bool>(socket));
    return std::move(*socket);
  }

  forward_server& server_;
  std::unique_ptr<net::transport> bytes_;
  bool is_closed_ = false;
};

struct fixture {
  certificates made;
  net::tls_settings own = made.make("server", "server-1");
  net::tls_settings client = made.make("client", "client-1");

  auto settings() const -> forward_settings {
    auto s = forward_settings{};
    s.tls = server_tls{own.certificate, own.key, {}, net::tls_version::tls_1_2};
    return s;
  }
};

auto message(const std::string& text, const char* chunk) -> std::string {
  return array({str("t"), bin(event_entry(second, text)), chunk_option(chunk)});
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(forward_over_tls, fixture)

BOOST_AUTO_TEST_CASE(clients_are_served_like_others) {
  auto server = forward_server{settings()};
  auto peer = tls_peer{server, client};
  BOOST_TEST_REQUIRE(peer.shake_hands() == "");
  for (const auto size : {std::size_t{10}, std::size_t{700'000}, std::size_t{20'000}}) {
    peer.send(message(std::string(size, 'x'), "c"), std::size_t{1} << 20);
    server.run();
    BOOST_TEST((peer.received() == ack_of("c")));
  }
  BOOST_TEST(server.out.events.size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_came_while_there_was_no_demand_is_read_when_there_is) {
  auto server = forward_server{settings()};
  auto peer = tls_peer{server, client};
  BOOST_TEST_REQUIRE(peer.shake_hands() == "");
  server.pump();
  auto all = std::string{};
  for (auto i = 0; i < 100; ++i) all += message("m" + std::to_string(i), "c");
  peer.send(all, 0); // one record, of which the socket tells once
  server.pump(0);
  BOOST_TEST(server.out.events.empty());
  for (auto turns = 0; turns < 1000 && server.out.events.size() < 100; ++turns)
    BOOST_REQUIRE(static_cast<bool>(server.at().read(server.out, 40)));
  BOOST_TEST(server.out.events.size() == 100U);
}

BOOST_AUTO_TEST_CASE(a_record_in_which_a_large_message_ends_is_read_to_its_own_end) {
  auto server = forward_server{settings()};
  auto peer = tls_peer{server, client};
  BOOST_TEST_REQUIRE(peer.shake_hands() == "");
  server.pump();
  // What is read stops where a large message ends; what follows is in the same record.
  const auto large = message(std::string(30'000, 'x'), "a");
  peer.send(large.substr(0, 10'000), 0);
  server.pump();
  peer.send(large.substr(10'000) + message("small", "b"), 0);
  server.pump();
  BOOST_TEST(server.out.events.size() == 2U);
}

BOOST_AUTO_TEST_CASE(who_speaks_plain_is_refused_and_told_of) {
  const auto log = captured_log{};
  auto server = forward_server{settings()};
  auto plain = forward_peer_socket{server};
  server.pump();
  plain.send(message("m", "c"));
  server.pump();
  BOOST_TEST(plain.is_closed());
  BOOST_TEST(server.out.events.empty());
  BOOST_TEST(log.has("is no client over TLS: TLS: "));
  BOOST_TEST(server.at().summary().find("refused 1 (handshake)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_says_nothing_is_cut_off) {
  auto server = forward_server{settings()};
  auto silent = forward_peer_socket{server};
  server.pump();
  server.time.advance(9s);
  server.pump();
  BOOST_TEST(!silent.is_closed());
  server.time.advance(2s);
  server.pump();
  BOOST_TEST(silent.is_closed());
}

BOOST_AUTO_TEST_CASE(clients_need_a_certificate_of_the_authority_that_is_named) {
  auto s = settings();
  s.tls->client_ca = own.authorities;
  auto server = forward_server{s};
  auto known = tls_peer{server, client};
  BOOST_TEST_REQUIRE(known.shake_hands() == "");
  known.send(message("m", "c"), 0);
  server.run();
  BOOST_TEST((known.received() == ack_of("c")));
  BOOST_TEST_REQUIRE(certificates::run("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=liar -keyout "
                                       + made.key("liar") + " -out " + made.file("liar")));
  auto stranger = tls_peer{server, made.make("other", "other-1", "liar")};
  (void)stranger.shake_hands(); // of TLS 1.3 it is done before the server has looked
  server.pump();
  BOOST_TEST(stranger.is_closed());
  BOOST_TEST(server.at().summary().find("refused 1 (handshake)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(files_that_do_not_fit_are_named) {
  auto s = settings();
  s.tls->key = client.key;
  s.listen = {"127.0.0.1:0"};
  auto source = forward_source{s, plugin_context{}};
  const auto opened = source.open({});
  BOOST_TEST_REQUIRE(!opened);
  BOOST_TEST(opened.failure().what.starts_with("cannot use the key in \"" + client.key + "\": "));
}

BOOST_AUTO_TEST_SUITE_END()
