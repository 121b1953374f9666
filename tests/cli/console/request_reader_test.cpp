#include "cli/console/request_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>

using namespace weir::cli;

namespace {

void feed(request_reader& to, std::string_view bytes) {
  BOOST_REQUIRE(bytes.size() <= to.room_bytes());
  std::memcpy(to.room(), bytes.data(), bytes.size());
  to.add(bytes.size());
}

auto status_of(std::string_view bytes) -> int {
  auto reader = request_reader{{}};
  feed(reader, bytes);
  const auto came = reader.next();
  const auto* bad = std::get_if<bad_request>(&came);
  return bad == nullptr ? 0 : bad->status;
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_readers)

BOOST_AUTO_TEST_CASE(a_request_is_the_same_however_its_bytes_come) {
  const auto text = std::string{"POST /a%20b?x=1 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "3\r\nabc\r\n2;q=1\r\nde\r\n0\r\n\r\n"};
  for (std::size_t step = 1; step <= text.size(); ++step) {
    auto reader = request_reader{{}};
    auto found = 0;
    for (std::size_t at = 0; at < text.size(); at += step) {
      feed(reader, std::string_view{text}.substr(at, step));
      auto came = reader.next();
      const auto* whole = std::get_if<whole_request>(&came);
      if (whole == nullptr) {
        BOOST_TEST(std::holds_alternative<wants_more>(came));
        continue;
      }
      ++found;
      BOOST_TEST(whole->what.method == "POST");
      BOOST_TEST(whole->what.path == "/a b");
      BOOST_TEST(whole->what.word("x") == "1");
      BOOST_TEST(whole->what.field("x-a") == "1, 2");
      BOOST_TEST(whole->what.body == "abcde");
      BOOST_TEST(whole->keeps_alive);
    }
    BOOST_TEST(found == 1, "in steps of " << step);
    BOOST_TEST(!reader.has_begun());
  }
}

BOOST_AUTO_TEST_CASE(several_come_in_order) {
  auto reader = request_reader{{}};
  feed(reader, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /2 HTTP/1.0\r\n\r\nGET /3");
  auto came = reader.next();
  BOOST_TEST(std::get<whole_request>(came).what.path == "/1");
  came = reader.next();
  BOOST_TEST(std::get<whole_request>(came).what.path == "/2");
  BOOST_TEST(std::get<whole_request>(came).what.method == "GET");
  BOOST_TEST(std::get<whole_request>(came).wants_head_only);
  BOOST_TEST(!std::get<whole_request>(came).keeps_alive);
  BOOST_TEST(std::holds_alternative<wants_more>(reader.next()));
  BOOST_TEST(reader.has_begun());
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_word_is_told_once) {
  auto reader = request_reader{{}};
  feed(reader, "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  BOOST_TEST(std::holds_alternative<wants_to_be_told>(reader.next()));
  BOOST_TEST(std::holds_alternative<wants_more>(reader.next()));
  feed(reader, "ab");
  auto came = reader.next();
  BOOST_TEST(std::get<whole_request>(came).what.body == "ab");
}

BOOST_AUTO_TEST_CASE(what_is_no_request_or_too_large_is_refused) {
  BOOST_TEST(status_of("\x16\x03\x01 TLS\r\n\r\n") == 400);
  BOOST_TEST(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
  BOOST_TEST(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
  BOOST_TEST(status_of("GET x HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  BOOST_TEST(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
  BOOST_TEST(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20000, 'x')) == 431);
  BOOST_TEST(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n") == 413);
  BOOST_TEST(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "1000000\r\n") == 413);
}

BOOST_AUTO_TEST_SUITE_END()
