#include "runtime/codec/relp.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;

BOOST_AUTO_TEST_SUITE(relp_frames)

BOOST_AUTO_TEST_CASE(a_frame_says_how_long_it_is) {
  auto out = byte_buffer{};
  append_relp_frame(out, 7, "syslog", "a\nb");
  append_relp_frame(out, 8, "close", {});
  BOOST_TEST(out.view() == "7 syslog 3 a\nb\n8 close 0\n");
  auto rest = out.view();
  const auto first = take_relp_frame(rest);
  BOOST_REQUIRE(first && *first);
  BOOST_TEST((*first)->number == 7U);
  BOOST_TEST((*first)->command == "syslog");
  BOOST_TEST((*first)->data == "a\nb");
  const auto second = take_relp_frame(rest);
  BOOST_REQUIRE(second && *second);
  BOOST_TEST((*second)->data.empty());
  BOOST_TEST(rest.empty());
}

BOOST_AUTO_TEST_CASE(waits_for_the_rest_of_what_is_not_whole) {
  const auto whole = std::string{"12 rsp 6 200 OK\n"};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto rest = std::string_view{whole}.substr(0, size);
    const auto frame = take_relp_frame(rest);
    BOOST_REQUIRE(frame);
    BOOST_TEST(!*frame);
    BOOST_TEST(rest.size() == size);
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_none) {
  for (const auto* none : {"HTTP/1.1 400 Bad Request\r\n", "1 rsp 6 200 OK!", "x rsp 0\n", "1 rsp 999999999 x",
                           "1234567890123456789012345678901234567890123456789012345678901234567890"}) {
    auto rest = std::string_view{none};
    BOOST_TEST(!take_relp_frame(rest), none);
  }
}

BOOST_AUTO_TEST_SUITE_END()
