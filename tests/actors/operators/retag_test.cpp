#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(retag)

namespace {

auto new_tag(const config::value& settings, const packed_bytes& record, std::string_view tag = "web.access")
    -> std::string {
  const auto text = outcome(*make_operator("retag", settings), record, tag);
  return text.substr(0, text.find(' '));
}

auto rule(const char* field, const char* regex, const char* tag) -> config::value {
  return map_of({{"field", field}, {"regex", regex}, {"tag", tag}});
}

} // namespace

BOOST_AUTO_TEST_CASE(holds_the_contract_of_operators) {
  check_operator_contract(*make_operator("retag", map_of({{"tag", "${message}"}})));
  check_operator_contract(
      *make_operator("retag", map_of({{"rules", list_of({rule("a", "(.)(x)?", "${1}${2}")})}})));
}

BOOST_AUTO_TEST_CASE(makes_tags_from_templates) {
  BOOST_TEST(new_tag(map_of({{"tag", "${level}.${tag[1]}"}}), packed({{"level", "warn"}})) == "warn.access");
  BOOST_TEST(new_tag(map_of({{"tag", "edge.${tag}"}}), packed({})) == "edge.web.access");
}

BOOST_AUTO_TEST_CASE(only_matching_tags_are_changed) {
  const auto settings = map_of({{"tag", "new"}, {"match", list_of({"web.**", "db"})}});
  BOOST_TEST(new_tag(settings, packed({}), "web") == "new");
  BOOST_TEST(new_tag(settings, packed({}), "db.x") == "db.x");
}

BOOST_AUTO_TEST_CASE(what_tags_it_can_make_is_known_before) {
  const auto made = [](const config::value& settings, std::vector<tag_shape> before) {
    auto text = std::string{};
    for (const auto& t : plugin_registry<event_operator>::find("retag")->retags(settings, std::move(before)))
      text += to_text(t) + ' ';
    return text;
  };
  const auto web = std::vector<tag_shape>{exact_tag("web.a"), exact_tag("db")};
  BOOST_TEST(made(map_of({{"tag", "new"}}), web) == "new ");
  BOOST_TEST(made(map_of({{"tag", "new"}, {"match", "web.**"}}), web) == "new db ");
  BOOST_TEST(made(map_of({{"tag", "x.${tag}.y"}}), web) == "x.*.y web.a db ");
  BOOST_TEST(made(map_of({{"rules", list_of({rule("a", "b", "c")})}}), web) == "c web.a db ");
  BOOST_TEST(made(map_of({{"tag", "new"}, {"rules", list_of({rule("a", "(b)", "${1}")})}}), web)
             == "new * web.a db ");
}

BOOST_AUTO_TEST_CASE(the_first_rule_whose_expression_matches_gives_the_tag) {
  const auto rules =
      list_of({rule("path", "^/shop/([a-z]+)", "shop.${1}"), rule("status", "^5", "failed.${0}.${tag[0]}")});
  const auto settings = map_of({{"rules", rules}, {"tag", "other"}});
  BOOST_TEST(new_tag(settings, packed({{"path", "/shop/cart/7"}, {"status", 500}})) == "shop.cart");
  BOOST_TEST(new_tag(settings, packed({{"path", "/"}, {"status", 500}})) == "failed.5.web");
  BOOST_TEST(new_tag(settings, packed({{"status", 200}})) == "other");
  BOOST_TEST(new_tag(map_of({{"rules", rules}}), packed({})) == "web.access");
}

BOOST_AUTO_TEST_CASE(an_empty_or_endless_tag_leaves_the_old_one) {
  BOOST_TEST(new_tag(map_of({{"tag", "${missing}"}}), packed({})) == "web.access");
  BOOST_TEST(new_tag(map_of({{"tag", "${a}"}}), packed({{"a", std::string(100'000, 'x')}})) == "web.access");
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("retag", map_of({})) == "retag: wants \"tag\" or \"rules\"");
  BOOST_TEST(findings("retag", map_of({{"tag", "${tag"}})).find("without its \"}\"") != std::string::npos);
  BOOST_TEST(findings("retag", map_of({{"tag", "x"}, {"match", "{a"}})).find("tag pattern \"{a\"")
             != std::string::npos);
  const auto rules = [](config::value one) { return map_of({{"rules", list_of({std::move(one)})}}); };
  BOOST_TEST(findings("retag", rules(rule("a", "(", "x"))).find("is no RE2 expression") != std::string::npos);
  BOOST_TEST(findings("retag", rules(rule("a", "(b)", "${2}"))).find("names no group of an expression")
             != std::string::npos);
  BOOST_TEST(findings("retag", rules(map_of({{"field", "a"}, {"regex", "b"}}))).find("\"tag\" is missing")
             != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
