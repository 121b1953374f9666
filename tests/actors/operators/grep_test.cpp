#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(grep)

namespace {

auto is_kept(const config::value& settings, const packed_bytes& record) -> bool {
  return outcome(*make_operator("grep", settings), record) != "dropped: filtered";
}

} // namespace

BOOST_AUTO_TEST_CASE(holds_the_contract_of_operators) {
  check_operator_contract(*make_operator("grep", map_of({{"keep", map_of({{"a.b", "[0-9]"}})}})));
  check_operator_contract(
      *make_operator("grep", map_of({{"drop", map_of({{"message", "a="}, {"a", "."}})}})));
}

BOOST_AUTO_TEST_CASE(keeps_events_all_of_whose_named_fields_match) {
  const auto keep = map_of({{"keep", map_of({{"level", "^(warn|error)$"}, {"http.status", "^5"}})}});
  BOOST_TEST(is_kept(keep, packed({{"level", "warn"}, {"http", packed({{"status", 503}})}})));
  BOOST_TEST(!is_kept(keep, packed({{"level", "info"}, {"http", packed({{"status", 503}})}})));
  BOOST_TEST(!is_kept(keep, packed({{"level", "warn"}, {"http", packed({{"status", 200}})}})));
  BOOST_TEST(!is_kept(keep, packed({{"level", "warn"}})));
}

BOOST_AUTO_TEST_CASE(drops_events_any_of_whose_named_fields_match) {
  const auto drop = map_of({{"drop", map_of({{"path", "^/health"}, {"bot", "true"}})}});
  BOOST_TEST(!is_kept(drop, packed({{"path", "/healthz"}})));
  BOOST_TEST(!is_kept(drop, packed({{"path", "/"}, {"bot", true}})));
  BOOST_TEST(is_kept(drop, packed({{"path", "/x/health"}, {"bot", false}})));
  BOOST_TEST(is_kept(drop, packed({})));
}

BOOST_AUTO_TEST_CASE(a_list_of_conditions_may_name_a_field_twice) {
  const auto keep =
      map_of({{"keep", list_of({map_of({{"field", "m"}, {"regex", "a"}}), map_of({{"m", "b"}})})}});
  BOOST_TEST(is_kept(keep, packed({{"m", "ba"}})));
  BOOST_TEST(!is_kept(keep, packed({{"m", "b"}})));
  BOOST_TEST(!is_kept(keep, packed({{"m", "a"}})));
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_not_changed) {
  auto tried = make_operator("grep", map_of({{"keep", map_of({{"m", "x"}})}}));
  BOOST_TEST(outcome(*tried, packed({{"m", "x\x01"}, {"n", 1.5}})) == R"(web.access {"m":"x\x01","n":1.5})");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_do_not_hide_what_is_around_them) {
  const auto keep = map_of({{"keep", map_of({{"m", "error$"}})}});
  BOOST_TEST(is_kept(keep, packed({{"m", "\xff\xfe error"}})));
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("grep", map_of({})) == "grep: wants \"keep\" or \"drop\"");
  BOOST_TEST(findings("grep", map_of({{"keep", map_of({{"m", "[a"}})}}))
             == "grep: \"keep\": the expression for \"m\" is no RE2 expression: missing ]: [a");
  BOOST_TEST(findings("grep", map_of({{"drop", "x"}}))
             == "grep: \"drop\": wants a map of fields to regular expressions, not \"x\"");
  BOOST_TEST(findings("grep", map_of({{"drop", map_of({{"m", list_of({})}})}}))
             == "grep: \"drop\": \"m\" wants a regular expression, not a list");
}

BOOST_AUTO_TEST_SUITE_END()
