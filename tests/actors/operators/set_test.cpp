#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(set)

namespace {

auto made_of(const config::value& settings, const packed_bytes& record) -> std::string {
  return outcome(*make_operator("set", settings), record);
}

struct noting_output final : event_output {
  std::map<std::string, int> notes;
  void put(const event_view&) override {}
  void drop(std::string_view, std::uint64_t) override {}
  void note(std::string_view what) override { ++notes[std::string{what}]; }
};

} // namespace

BOOST_AUTO_TEST_CASE(holds_the_contract_of_operators) {
  check_operator_contract(*make_operator("set", map_of({{"a", "b + 1"}, {"c", "lower(message)"}, {"a.b", "level"}, {"x.y", "1"}})));
}

BOOST_AUTO_TEST_CASE(fields_get_the_values_of_expressions_in_place_or_at_the_end) {
  BOOST_TEST(made_of(map_of({{"level", "lower(level)"}, {"slow", "took > 1s / 1s"}}), packed({{"level", "WARN"}, {"took", 2}}))
             == R"(web.access {"level":"warn","took":2,"slow":true})");
  BOOST_TEST(made_of(map_of({{"user.name", "user.id"}, {"x.y", "'z'"}}), packed({{"user", packed({{"id", 7}})}}))
             == R"(web.access {"user":{"id":7,"name":7},"x":{"y":"z"}})");
}

BOOST_AUTO_TEST_CASE(all_see_the_event_as_it_came) {
  BOOST_TEST(made_of(map_of({{"a", "b"}, {"b", "a"}}), packed({{"a", 1}, {"b", "two"}})) == R"(web.access {"a":"two","b":1})");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_computed_leaves_its_field_and_is_counted) {
  const auto settings = map_of({{"a", "b + 1"}, {"c", "missing"}});
  const auto record = packed({{"a", 1}, {"b", "text"}});
  BOOST_TEST(made_of(settings, record) == R"(web.access {"a":1,"b":"text"})");
  auto out = noting_output{};
  make_operator("set", settings)->apply({"t", 7, record}, out);
  BOOST_TEST(out.notes["not computed"] == 2);
}

BOOST_AUTO_TEST_CASE(a_leading_dot_makes_any_name_a_field) {
  BOOST_TEST(made_of(map_of({{".tag", "tag"}}), packed({})) == R"(web.access {"tag":"web.access"})");
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("set", map_of({})) == "set: wants fields and their expressions, such as set: {level: lower(level)}");
  BOOST_TEST(findings("set", map_of({{"a", "lower(1)"}})) == "set: \"a\": \"lower\" wants a text, not a number");
  BOOST_TEST(findings("set", map_of({{"a", map_of({{"b", "1"}})}})) == "set: \"a\": wants an expression, not a map");
  BOOST_TEST(findings("set", map_of({{"tag", "lower(tag)"}})) == "set: the tag of an event is no field");
  BOOST_TEST(findings("set", map_of({{"a..b", "1 + x"}})) == "set: \"a..b\": a path wants names between its dots, none of them empty");
}

BOOST_AUTO_TEST_SUITE_END()
