#include "runtime/base/siphash.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;

// The vectors of the reference: the key 00 01 … 0f, and texts 00 01 02 … of each length.
BOOST_AUTO_TEST_CASE(siphash_gives_what_its_authors_give) {
  constexpr auto key = siphash_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  auto text = std::string{};
  BOOST_TEST(siphash64(key, text) == 0x726fdb47dd0e0e31U);
  for (char c = 0; c < 15; ++c) text += c;
  BOOST_TEST(siphash64(key, text) == 0xa129ca6149be45e5U);
  BOOST_TEST(siphash128(key, "")[0] == 0xe6a825ba047f81a3U);
  BOOST_TEST(siphash128(key, "")[1] == 0x930255c71472f66dU);
}
