#include "runtime/net/tls.hpp"

#include "tests/runtime/net/loopback.hpp"
#include "tests/support/certificates.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

struct fixture {
  certificates made;
  net::tls_settings core = made.make("core", "core-1");
  loopback_pair ends{{.tls = files_of(core)}};

  fixture() { BOOST_TEST_REQUIRE(made.are_made); }
  auto dial(const net::tls_settings& files, const std::string& name) -> std::shared_ptr<net::stream> {
    auto out = std::make_shared<net::stream>(ends.thread, context_of(files)->connect(ends.socket(), name),
                                             net::stream_settings{});
    out->start(ends.mine);
    return out;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(encrypted_streams, fixture)

BOOST_AUTO_TEST_CASE(know_the_names_of_both_sides_and_carry_bytes) {
  const auto out = dial(made.make("edge", "edge-1"), "core-1");
  const auto text = std::string(3 << 20, 'x');
  out->send({net::own_piece(text), net::own_piece("end")}, net::send_as::data);
  BOOST_TEST((ends.accepted(0)->wait_text(text.size() + 3) == text + "end"));
  BOOST_TEST(ends.strangers[0]->bytes()->certificate_name() == "edge-1");
  BOOST_TEST(out->certificate_name() == "core-1");
  ends.strangers[0]->bytes()->send({net::own_piece(text)}, net::send_as::data);
  BOOST_TEST((ends.mine->wait_text(text.size()) == text));
  out->finish("done");
  BOOST_TEST(ends.accepted(0)->wait_end() == "the other side closed it");
}

BOOST_AUTO_TEST_CASE(are_found_by_address_too) {
  const auto out = dial(made.make("edge", "edge-1"), "127.0.0.1");
  ends.mine->wait_open();
}

BOOST_AUTO_TEST_CASE(end_when_the_name_is_another) {
  const auto out = dial(made.make("edge", "edge-1"), "core-2");
  BOOST_TEST(ends.mine->wait_end().find("hostname mismatch") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(end_when_the_authority_of_the_other_side_is_not_trusted) {
  BOOST_TEST_REQUIRE(certificates::run("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=liar -keyout "
                                       + made.key("liar") + " -out " + made.file("liar")));
  const auto out = dial(made.make("edge", "edge-1", "liar"), "core-1");
  BOOST_TEST(ends.accepted(0)->wait_end().find("TLS: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(end_when_the_other_side_speaks_no_tls) {
  auto plain = ends.dial();
  plain->start(ends.mine);
  plain->send({net::own_piece(std::string(100, 'x'))}, net::send_as::control);
  BOOST_TEST(ends.accepted(0)->wait_end().find("TLS: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(are_not_made_of_files_that_do_not_fit) {
  const auto other = made.make("edge", "edge-1");
  const auto wrong_key = net::tls_context::load({core.certificate, other.key, core.authorities});
  BOOST_TEST_REQUIRE(!wrong_key);
  BOOST_TEST(wrong_key.failure().what.starts_with("cannot use the key in \"" + other.key + "\": "));
  BOOST_TEST(!net::tls_context::load({"/nowhere", core.key, core.authorities}));
  BOOST_TEST(!net::tls_context::load({core.certificate, core.key, "/nowhere"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_handshake_has_a_deadline) {
  const auto made = certificates{};
  auto how = net::listener_settings{.tls = files_of(made.make("core", "core-1"))};
  how.streams.handshake_within = 100ms;
  auto ends = loopback_pair{std::move(how)};
  const auto silent = ends.socket();
  BOOST_TEST(ends.accepted(0)->wait_end() == "own: no handshake in time");
}
