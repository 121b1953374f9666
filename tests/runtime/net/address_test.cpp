#include "runtime/net/address.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

BOOST_AUTO_TEST_SUITE(addresses)

BOOST_AUTO_TEST_CASE(hosts_and_ports_are_told_apart) {
  const auto v4 = parse_host_port("10.0.0.1:7400");
  BOOST_REQUIRE(static_cast<bool>(v4));
  BOOST_TEST(v4->host == "10.0.0.1");
  BOOST_TEST(v4->port == 7400);
  const auto v6 = parse_host_port("[::1]:65535");
  BOOST_REQUIRE(static_cast<bool>(v6));
  BOOST_TEST(v6->host == "::1");
  BOOST_TEST(is_loopback(v6->host));
}

BOOST_AUTO_TEST_CASE(are_written_as_they_were_read) {
  for (const auto* text : {"10.0.0.1:7400", "[::1]:65535", "core-1:1"}) {
    const auto read = parse_host_port(text);
    BOOST_TEST_REQUIRE(static_cast<bool>(read));
    BOOST_TEST(to_text(*read) == text);
  }
}

BOOST_AUTO_TEST_CASE(malformed_addresses_are_refused) {
  for (const auto* text :
       {"", ":", "a", "a:", ":1", "a:0", "a:65536", "a:-1", "a:1x", "::1:80", "a b:1", "[]:1", "a/b:1"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_host_port(text)); }
}

BOOST_AUTO_TEST_SUITE_END()
