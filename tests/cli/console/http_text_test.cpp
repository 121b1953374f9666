#include "cli/console/http_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir::cli;

BOOST_AUTO_TEST_SUITE(http_texts)

BOOST_AUTO_TEST_CASE(a_target_is_taken_apart_and_decoded) {
  auto asked = http_request{};
  BOOST_TEST(split_target("/api/v1/actors/edge-1%2Fcollector%2fa+b?x=1&y=a+b%26c&z&=q&x=2", asked));
  BOOST_TEST(asked.path == "/api/v1/actors/edge-1/collector/a+b");
  BOOST_TEST(asked.word("x") == "2");
  BOOST_TEST(asked.word("y") == "a b&c");
  BOOST_TEST(asked.query.contains("z"));
  BOOST_TEST(asked.query.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_malformed_target_is_refused) {
  for (const auto* target : {"", "*", "http://host/", "/%", "/%4", "/%zz", "/a%00b", "/?a=%", "/?%00=1"}) {
    auto asked = http_request{};
    BOOST_TEST(!split_target(target, asked), target);
  }
}

BOOST_AUTO_TEST_CASE(what_is_encoded_is_decoded_again) {
  auto all = std::string{};
  for (auto c = 1; c < 256; ++c) all += static_cast<char>(c);
  BOOST_TEST(percent_decoded(percent_encoded(all), false).value() == all);
  BOOST_TEST(percent_decoded(percent_encoded(all), true).value() == all);
}

BOOST_AUTO_TEST_CASE(gzip_is_sent_to_who_takes_it) {
  for (const auto* field : {"gzip", "deflate, GZIP;q=0.5", "*", "br,gzip ; q=1"}) BOOST_TEST(accepts_gzip(field), field);
  for (const auto* field : {"", "identity", "gzip;q=0", "gzip; q=0.000", "br"}) BOOST_TEST(!accepts_gzip(field), field);
}

BOOST_AUTO_TEST_CASE(a_cookie_is_found_by_its_whole_name) {
  BOOST_TEST(cookie_of("a=1; weir_session=abc ;b=2", "weir_session") == "abc");
  BOOST_TEST(cookie_of("xweir_session=abc", "weir_session").empty());
  BOOST_TEST(cookie_of("weir_session", "weir_session").empty());
}

BOOST_AUTO_TEST_CASE(a_head_says_how_long_the_body_is_unless_that_has_no_end) {
  auto of = respond(200, "text/plain", "abc");
  BOOST_TEST(response_head(of, 3, true).find("Content-Length: 3\r\nConnection: keep-alive\r\n\r\n") != std::string::npos);
  of.goes_on = true;
  BOOST_TEST(response_head(of, 3, false).find("Content-Length") == std::string::npos);
  BOOST_TEST(response_head(respond(404, "text/plain", ""), 0, false).starts_with("HTTP/1.1 404 Not Found\r\nDate: "));
}

BOOST_AUTO_TEST_SUITE_END()
