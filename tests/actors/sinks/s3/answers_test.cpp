#include "actors/sinks/s3/answers.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto error_body(const std::string& code, const std::string& message) -> std::string {
  return "<?xml version=\"1.0\"?>\n<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>";
}

auto said_about(int status, const std::string& body) -> std::string { return s3_refusal_text(status, body, "https://s3", "write"); }

} // namespace

BOOST_AUTO_TEST_SUITE(s3_answers)

BOOST_AUTO_TEST_CASE(elements_are_found_in_order_with_their_entities_replaced) {
  const auto xml = std::string{"<L><Key>a&amp;b</Key><Key>&lt;c&gt;</Key><Key>cut"};
  BOOST_TEST((xml_texts_of(xml, "Key") == std::vector<std::string>{"a&b", "<c>"}));
  BOOST_TEST(xml_text_of(xml, "Key") == "a&b");
  BOOST_TEST(xml_text_of(xml, "None").empty());
  BOOST_TEST(xml_text_of("<Key>&amp;lt;</Key>", "Key") == "&lt;");
}

BOOST_AUTO_TEST_CASE(an_error_is_one_also_behind_white_space) {
  BOOST_TEST(s3_error_of("   \n" + error_body("InternalError", "again")).code == "InternalError");
  BOOST_TEST(s3_error_of("<CopyObjectResult/>").code.empty());
}

BOOST_AUTO_TEST_CASE(errors_say_what_is_to_be_mended) {
  BOOST_TEST(said_about(404, error_body("NoSuchBucket", "Not there.")) == "https://s3 has no such bucket (404 NoSuchBucket): Not there");
  BOOST_TEST(said_about(403, error_body("AccessDenied", "No")) == "https://s3 does not let this key write (403 AccessDenied): No");
  BOOST_TEST(said_about(403, error_body("InvalidAccessKeyId", "No")).starts_with("https://s3 does not take the access key and its secret"));
  BOOST_TEST(said_about(503, error_body("SlowDown", "Please")) == "https://s3 wants less at a time (503 SlowDown): Please");
  BOOST_TEST(said_about(400, error_body("AuthorizationHeaderMalformed", "eu")).find("\"region\"") != std::string::npos);
  BOOST_TEST(said_about(502, "bad\ngateway") == "cannot write: https://s3 answered (502): bad gateway");
}

BOOST_AUTO_TEST_SUITE_END()
