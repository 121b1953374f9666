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
       {"", ":", "a", "a:", ":1", "a:0", "a:65536", "a:-1", "a:1x", "::1:80", "a b:1", "[]:1", "a/b:1",
                           "[::1", "[::1]", "[::1]80", "[::1]:80:80", "[a]:1", "[[::1]]:1", "a:*", "a:http", "1", "a:1\n"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_host_port(text)); }
  BOOST_TEST(!parse_host_port(std::string_view{"a:1\0b", 5}));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_one_is_said) {
  const auto problem_of = [](std::string_view text) { return parse_host_port(text).failure().what; };
  BOOST_TEST(problem_of("agg-1") == "wants host:port, not \"agg-1\"");
  BOOST_TEST(problem_of("::1:80") == "wants host:port, an IPv6 address in brackets, not \"::1:80\"");
  BOOST_TEST(problem_of("agg-1:0") == "wants host:port with a port from 1 to 65535, not \"agg-1:0\"");
  BOOST_TEST(parse_endpoint("agg-1").failure().what == "wants host:port or unix:/path, not \"agg-1\"");
}

BOOST_AUTO_TEST_CASE(to_listen_on_may_be_any_host_or_port_or_a_path) {
  for (const auto* text : {"*:24224", ":24224", "*:0"}) {
    const auto any = parse_endpoint(text);
    BOOST_TEST_REQUIRE(static_cast<bool>(any));
    BOOST_TEST(is_wildcard(any->at.host));
    BOOST_TEST(any->path == "");
  }
  BOOST_TEST(parse_endpoint("[::1]:0")->at.host == "::1");
  BOOST_TEST(parse_endpoint("127.0.0.1:0")->at.port == 0U);
  BOOST_TEST(parse_endpoint("unix:/run/weir:1")->path == "/run/weir:1");
  for (const auto* text : {"24224", "localhost", "::1:24224", "unix:", "host:99999", "host:*", "host:"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_endpoint(text)); }
  BOOST_TEST(!parse_endpoint("unix:/" + std::string(107, 'x')));
}

BOOST_AUTO_TEST_SUITE_END()
