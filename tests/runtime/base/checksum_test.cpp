#include "runtime/base/backoff.hpp"
#include "runtime/base/crc32c.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace weir;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(checksums)

BOOST_AUTO_TEST_CASE(are_those_of_rfc_3720_appendix_b_4) {
  auto rising = std::string{};
  for (char c = 0; c < 32; ++c) rising += c;
  const auto falling = std::string{rising.rbegin(), rising.rend()};
  BOOST_TEST(crc32c(std::string(32, '\0')) == 0x8A9136AAU);
  BOOST_TEST(crc32c(std::string(32, '\xff')) == 0x62A8AB43U);
  BOOST_TEST(crc32c(rising) == 0x46DD794EU);
  BOOST_TEST(crc32c(falling) == 0x113FDB5CU);
  BOOST_TEST(crc32c("123456789") == 0xE3069283U);
  BOOST_TEST(crc32c("") == 0U);
}

BOOST_AUTO_TEST_CASE(are_the_same_in_pieces_and_at_any_alignment) {
  auto random = std::mt19937{1};
  auto bytes = std::string(257, '\0');
  for (auto& b : bytes) b = static_cast<char>(random());
  const auto whole = crc32c(bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const auto view = std::string_view{bytes};
    BOOST_TEST_REQUIRE(crc32c(view.substr(cut), crc32c(view.substr(0, cut))) == whole);
  }
}

BOOST_AUTO_TEST_CASE(of_many_bytes_are_those_of_one_byte_after_the_other) {
  auto random = std::mt19937{2};
  auto bytes = std::string(20'000, '\0');
  for (auto& b : bytes) b = static_cast<char>(random());
  const auto view = std::string_view{bytes};
  auto one_by_one = std::uint32_t{0};
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    BOOST_TEST_REQUIRE(crc32c(view.substr(0, size)) == one_by_one);
    one_by_one = crc32c(view.substr(size, 1), one_by_one);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(backing_off)

BOOST_AUTO_TEST_CASE(doubles_up_to_the_most_and_never_is_nothing) {
  const auto settings = backoff_settings{1s, 60s};
  BOOST_TEST((backoff_delay(settings, 1, UINT64_MAX) <= 1s));
  BOOST_TEST((backoff_delay(settings, 1, UINT64_MAX) > 990ms));
  BOOST_TEST((backoff_delay(settings, 4, UINT64_MAX) > 7900ms));
  BOOST_TEST((backoff_delay(settings, 1000, UINT64_MAX) <= 60s));
  BOOST_TEST((backoff_delay(settings, UINT32_MAX, 0) >= 5999ms)); // a tenth
  BOOST_TEST((backoff_delay(settings, 0, 0) >= 99ms));
}

BOOST_AUTO_TEST_CASE(spreads_those_who_failed_together) {
  auto random = std::mt19937_64{1};
  auto early = 0;
  for (int i = 0; i < 1000; ++i) early += backoff_delay({1s, 60s}, 1, random()) < 550ms ? 1 : 0;
  BOOST_TEST(early > 400);
  BOOST_TEST(early < 600);
}

BOOST_AUTO_TEST_SUITE_END()
