#include "runtime/codec/base64.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(the_examples_of_rfc_4648) {
  for (const auto& [bytes, text] : {std::pair{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}}) {
    BOOST_TEST(to_base64(bytes) == text);
    BOOST_TEST(from_base64(text).value() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(every_byte_comes_back) {
  auto bytes = std::string{};
  for (auto i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    BOOST_TEST((from_base64(to_base64(bytes)) == bytes));
  }
}

BOOST_AUTO_TEST_CASE(what_no_encoder_makes_is_refused) {
  for (const auto* text : {"Z", "Zg", "Zg=", "Zh==", "Z===", "====", "Zm9v\n", "Zm-v", "Zg==Zg==", "Zm=v"})
    BOOST_TEST(!from_base64(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
