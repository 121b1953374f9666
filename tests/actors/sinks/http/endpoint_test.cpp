#include "actors/sinks/http/endpoint.hpp"
#include "actors/sinks/http/pinned_authority.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto read_as(std::string_view text, bool tls = false) -> std::string {
  const auto made = parse_http_endpoint(text, 9200, tls);
  return made ? made->text() : made.failure().what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_endpoints)

BOOST_AUTO_TEST_CASE(what_is_left_out_is_filled_in) {
  BOOST_TEST(read_as("search-1") == "http://search-1:9200");
  BOOST_TEST(read_as("search-1", true) == "https://search-1:9200");
  BOOST_TEST(read_as("http://search-1:80", true) == "http://search-1:80");
  BOOST_TEST(read_as("https://search-1/es/") == "https://search-1:9200/es");
  BOOST_TEST(read_as("https://[::1]:9200") == "https://[::1]:9200");
  BOOST_TEST(read_as("https://[::1]") == "https://[::1]:9200");
}

BOOST_AUTO_TEST_CASE(what_is_none_is_told_without_its_password) {
  for (const auto* text : {"", "https://", "ftp://a", "http://a:0", "http://a:70000", "http://a b", "http://a/b c", "http://a/?q",
                           "http://a:x", "/path", "http://a/\n"})
    BOOST_TEST(!parse_http_endpoint(text, 9200, false), text);
  BOOST_TEST(read_as("http://weir:geheim@a").find("geheim") == std::string::npos);
  BOOST_TEST(read_as("http://weir:geheim@a").find("\"auth\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_hash_of_a_certificate_is_64_digits) {
  const auto digits = std::string(62, '0') + "fF";
  const auto made = parse_certificate_hash(digits);
  BOOST_REQUIRE(made);
  BOOST_TEST(made->back() == 0xff);
  auto colons = std::string{"00"};
  for (auto i = 1; i < 32; ++i) colons += ":01";
  BOOST_TEST(static_cast<bool>(parse_certificate_hash(colons)));
  for (const auto& text : {std::string{}, digits + "0", digits + "00", digits.substr(2), ':' + digits, digits + ':', std::string(64, 'g')})
    BOOST_TEST(!parse_certificate_hash(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
