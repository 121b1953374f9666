#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(redact)

namespace {

auto redacted(const config::value& settings, const packed_bytes& record) -> std::string {
  return outcome(*make_operator("redact", settings), record, "t").substr(2);
}

/// One text with just this looked for.
auto without(const char* what, const char* text) -> std::string {
  const auto made = redacted(map_of({{"what", what}, {"mask", "#"}}), packed({{"m", text}}));
  return made.substr(6, made.size() - 8);
}

} // namespace

BOOST_AUTO_TEST_CASE(holds_the_contract_of_operators) {
  check_operator_contract(*make_operator("redact", map_of({{"what", list_of({"mail", "card", "ip", "token"})}})));
  check_operator_contract(*make_operator("redact", map_of({{"fields", list_of({"a", "**.b"})}, {"patterns", map_of({{"x", "[a-z]="}})}})));
  check_operator_contract(*make_operator("redact", map_of({{"fields", list_of({"a.*"})}, {"hash_key", "k"}})));
}

BOOST_AUTO_TEST_CASE(mail_addresses_go_and_what_is_around_them_stays) {
  BOOST_TEST(without("mail", "from bob.b+x@mail.example.org, to <a@b.cd>") == "from #, to <#>");
  BOOST_TEST(without("mail", "user@host and @x.org") == "user@host and @x.org");
}

BOOST_AUTO_TEST_CASE(card_numbers_go_if_their_check_digit_is_right) {
  BOOST_TEST(without("card", "paid with 4111 1111 1111 1111.") == "paid with #.");
  BOOST_TEST(without("card", "4111-1111-1111-1112") == "4111-1111-1111-1112");
  BOOST_TEST(without("card", "order 12 5555555555554444 ok") == "order 12 # ok");
  BOOST_TEST(without("card", "378282246310005,6011000990139424") == "#,#");
  BOOST_TEST(without("card", "at 1700000000000000000 ns") == "at 1700000000000000000 ns");
  BOOST_TEST(redacted(map_of({{"what", "card"}}), packed({{"n", packed_bytes{std::string{"\xcf\x00\x0e\x9b\x02\xed\x38\x71\xc7", 9}}}, {"m", 5}})).find("\"m\":5")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(addresses_of_both_kinds_go) {
  BOOST_TEST(without("ip", "from 10.0.0.1:80 and 256.1.1.1") == "from #:80 and 256.1.1.1");
  BOOST_TEST(without("ip", "[2001:db8::1]:443, ::1, fe80::1: it") == "[#]:443, #, #: it");
  BOOST_TEST(without("ip", "at 12:30:45 std::vector 00:11:22:33:44:55") == "at 12:30:45 std::vector 00:11:22:33:44:55");
}

BOOST_AUTO_TEST_CASE(tokens_go) {
  BOOST_TEST(without("token", "Authorization: Bearer abc.def-123456") == "Authorization: #");
  BOOST_TEST(without("token", "jwt eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl end") == "jwt # end");
  BOOST_TEST(without("token", "key AKIAIOSFODNN7EXAMPLE.") == "key #.");
  BOOST_TEST(without("token", "the bearer of news") == "the bearer of news");
}

BOOST_AUTO_TEST_CASE(texts_are_found_wherever_they_are) {
  const auto record = packed({{"a", packed({{"b", packed_list({"x@y.zz", 1})}})}, {"x@y.zz", "in a name"}});
  BOOST_TEST(redacted(map_of({{"what", "mail"}}), record) == R"({"a":{"b":["[redacted]",1]},"x@y.zz":"in a name"})");
  BOOST_TEST(redacted(map_of({{"what", list_of({"mail", "ip"})}, {"fields", "user"}}),
                      packed({{"user", packed({{"mail", "a@b.cd"}, {"ip", "10.0.0.1"}})}, {"m", "a@b.cd"}}))
             == R"({"user":{"mail":"[redacted]","ip":"[redacted]"},"m":"a@b.cd"})");
}

BOOST_AUTO_TEST_CASE(named_fields_go_as_a_whole_if_nothing_is_looked_for) {
  BOOST_TEST(redacted(map_of({{"fields", list_of({"user.*", "n"})}}), packed({{"user", packed({{"a", 1}})}, {"n", packed_list({1})}, {"m", "x"}}))
             == R"({"user":{"a":"[redacted]"},"n":"[redacted]","m":"x"})");
}

BOOST_AUTO_TEST_CASE(own_expressions_are_looked_for_as_well) {
  BOOST_TEST(redacted(map_of({{"patterns", map_of({{"ticket", "[A-Z]+-[0-9]+"}})}, {"mask", "***"}}), packed({{"m", "see AB-12, CD-3"}}))
             == R"({"m":"see ***, ***"})");
}

BOOST_AUTO_TEST_CASE(a_hash_is_the_same_for_the_same_text_under_the_same_key) {
  const auto hashed = [](const char* key, const char* text) {
    return redacted(map_of({{"what", "mail"}, {"hash_key", key}}), packed({{"m", text}}));
  };
  BOOST_TEST(hashed("k", "a@b.cd") == hashed("k", "a@b.cd"));
  BOOST_TEST(hashed("k", "a@b.cd") != hashed("other", "a@b.cd"));
  BOOST_TEST(hashed("key", "x@y.zz").size() == 32U + 8U);
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("redact", map_of({})) == "redact: wants at least one of \"what\", \"patterns\" and \"fields\"");
  BOOST_TEST(findings("redact", map_of({{"what", "phone"}})) == "redact: \"what\": \"phone\" is none of mail, card, ip and token");
  BOOST_TEST(findings("redact", map_of({{"patterns", map_of({{"a", "("}, {"b", "x*"}})}}))
             == "redact: \"patterns\": \"a\" is no RE2 expression: missing ): (\nredact: \"patterns\": \"b\" matches the empty text");
}

BOOST_AUTO_TEST_SUITE_END()
