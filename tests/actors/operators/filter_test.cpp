#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(filter)

namespace {

auto is_kept(const config::value& settings, const packed_bytes& record) -> bool {
  return outcome(*make_operator("filter", settings), record) != "dropped: filtered";
}

} // namespace

BOOST_AUTO_TEST_CASE(holds_the_contract_of_operators) {
  check_operator_contract(*make_operator("filter", map_of({{"keep", "a.b > 3 || lower(message) =~ /a=/"}})));
  check_operator_contract(*make_operator("filter", map_of({{"drop", "length(c) == 2 || a == b"}})));
}

BOOST_AUTO_TEST_CASE(keeps_what_is_true_and_drops_what_is_true) {
  const auto keep = map_of({{"keep", "status >= 500"}});
  BOOST_TEST(is_kept(keep, packed({{"status", 503}})));
  BOOST_TEST(!is_kept(keep, packed({{"status", 200}})));
  BOOST_TEST(!is_kept(keep, packed({{"level", 503}})));
  const auto both = map_of({{"keep", "status >= 500"}, {"drop", "path == \"/health\""}});
  BOOST_TEST(is_kept(both, packed({{"status", 503}, {"path", "/"}})));
  BOOST_TEST(!is_kept(both, packed({{"status", 503}, {"path", "/health"}})));
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("filter", map_of({})) == "filter: wants \"keep\" or \"drop\"");
  BOOST_TEST(findings("filter", map_of({{"keep", "status >"}})) == "filter: \"keep\": a value was wanted, not its end");
  BOOST_TEST(findings("filter", map_of({{"drop", "true"}})) == "filter: \"drop\": it is always true, whatever the event");
  BOOST_TEST(findings("filter", map_of({{"keep", ""}})) == "filter: \"keep\": an expression was wanted, not nothing");
}

BOOST_AUTO_TEST_SUITE_END()
