#include "actors/sinks/s3/signature.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

// The examples of "Authenticating Requests: Using the Authorization Header" in the documentation of Amazon S3.
const auto example_keys = s3_credentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", {}, 0};
constexpr auto example_host = "examplebucket.s3.amazonaws.com";
constexpr auto example_second = std::int64_t{1'369'353'600}; // 20130524T000000Z

auto signature_of(const s3_signed_request& request) -> std::string {
  const auto line = s3_signed_headers(request, example_keys, "us-east-1", example_second).back();
  return line.substr(line.rfind('=') + 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(s3_signatures)

BOOST_AUTO_TEST_CASE(are_those_of_the_documented_examples) {
  BOOST_TEST(signature_of({.method = "GET", .host = example_host, .path = "/test.txt", .headers = {{"range", "bytes=0-9"}}})
             == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  BOOST_TEST(signature_of({.method = "PUT",
                           .host = example_host,
                           .path = '/' + s3_encoded_key("test$file.text"),
                           .body = "Welcome to Amazon S3.",
                           .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}})
             == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  BOOST_TEST(signature_of({.method = "GET", .host = example_host, .query = "lifecycle"})
             == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  BOOST_TEST(signature_of({.method = "GET", .host = example_host, .query = "max-keys=2&prefix=J"})
             == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

BOOST_AUTO_TEST_CASE(the_secret_is_in_none_of_the_headers_and_a_sessions_token_is_signed) {
  auto keys = example_keys;
  keys.token = "session";
  const auto headers = s3_signed_headers({.host = example_host}, keys, "eu-west-1", example_second);
  auto all = std::string{};
  for (const auto& line : headers) all += line + '\n';
  BOOST_TEST(all.find(keys.secret) == std::string::npos);
  BOOST_TEST(all.find("x-amz-security-token: session\n") != std::string::npos);
  BOOST_TEST(all.find("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(keys_are_encoded_but_for_their_slashes) {
  BOOST_TEST(s3_encoded_key("logs/a b+c/%41/\xc3\xa4.gz") == "logs/a%20b%2Bc/%2541/%C3%A4.gz");
}

BOOST_AUTO_TEST_SUITE_END()
