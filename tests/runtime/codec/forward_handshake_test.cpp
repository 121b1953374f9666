#include "runtime/codec/forward_client.hpp"
#include "runtime/codec/forward_handshake.hpp"
#include "tests/support/pack.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;
using namespace weir::pack;

namespace {

const auto us = forward_credentials{"client.example", "shared", "ann", "secret"};

auto helo_bytes(const forward_helo& helo) -> std::string {
  auto out = byte_buffer{};
  append_helo(out, helo);
  return std::string{out.view()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_handshake_)

BOOST_AUTO_TEST_CASE(the_digest_is_the_one_of_the_reference_implementation) {
  BOOST_TEST(key_digest({"ce1897b0d3dbd76b90d7fb96010dcac3", "client_hostname", "", "shared_key"})
             == "40a3c5943cc6256e0c5dcf176e97db3826b0909698c330dc8e53d15af63efb47"
                "e030d113130255dd6e7ced5176d2999cc2e02a44852d45152503af317b73b33f");
}

BOOST_AUTO_TEST_CASE(client_and_server_convince_each_other) {
  const auto helo = forward_helo{random_salt(), random_salt(), true};
  auto client = forward_client_handshake{us};
  auto sent = byte_buffer{};
  BOOST_REQUIRE(static_cast<bool>(client.answer_helo(helo_bytes(helo), sent)));
  const auto ping = decode_ping(sent.view());
  BOOST_REQUIRE(static_cast<bool>(ping));
  BOOST_TEST(ping->key_digest == key_digest({ping->salt, "client.example", helo.nonce, "shared"}));
  BOOST_TEST(ping->username == "ann");
  BOOST_TEST(ping->password_digest == password_digest({helo.auth, "ann", "secret"}));
  BOOST_TEST((sent.view().find("secret") == std::string_view::npos));

  const auto answer = [&](bool ok, std::string_view host, std::string_view key) {
    auto pong = byte_buffer{};
    append_pong(pong, {ok, "", host, key_digest({ping->salt, host, helo.nonce, key})});
    return client.check_pong(pong.view());
  };
  BOOST_TEST(static_cast<bool>(answer(true, "server", "shared")));
  BOOST_TEST(!answer(false, "server", "shared"));
  BOOST_TEST(!answer(true, "server", "other"));
  BOOST_TEST(!answer(true, "client.example", "shared"));
}

BOOST_AUTO_TEST_CASE(a_helo_is_read_in_all_forms_that_servers_send) {
  const auto salt = std::string{"\xff\x00 0123456789ab", 15};
  for (const auto& text : {str(salt), bin(salt)}) {
    const auto helo = decode_helo(array({str("HELO"), map({{"nonce", text}, {"auth", str("")}})}));
    BOOST_REQUIRE(static_cast<bool>(helo));
    BOOST_TEST((helo->nonce == salt && helo->auth.empty() && helo->keepalive));
  }
  BOOST_TEST(static_cast<bool>(decode_helo(array({str("HELO"), nil()}))));
  const auto closing =
      decode_helo(array({str("HELO"), map({{"keepalive", boolean(false)}, {"new", array({})}})}));
  BOOST_TEST((closing && !closing->keepalive));
  BOOST_TEST(!decode_helo(array({str("HELO")})));
  BOOST_TEST(!decode_helo(array({str("OLEH"), nil()})));
}

BOOST_AUTO_TEST_CASE(pings_and_pongs_of_the_wrong_shape_are_refused) {
  const auto s = str("x");
  BOOST_TEST(static_cast<bool>(decode_ping(array({str("PING"), s, s, s, s, s}))));
  for (const auto& bad : {array({str("PING"), s, s, s, s}), array({str("PONG"), s, s, s, s, s}),
                          array({str("PING"), integer(1), s, s, s, s}), map({}), std::string{}})
    BOOST_TEST(!decode_ping(bad));
  BOOST_TEST(static_cast<bool>(decode_pong(array({str("PONG"), boolean(true), s, s, s}))));
  for (const auto& bad : {array({str("PONG"), boolean(true), s, s}), array({str("PONG"), s, s, s, s}),
                          array({str("PONG"), boolean(true), s, s, integer(1)})})
    BOOST_TEST(!decode_pong(bad));
}

BOOST_AUTO_TEST_SUITE_END()
