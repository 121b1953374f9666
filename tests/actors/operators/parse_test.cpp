#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(parse)

namespace {

auto parsed(const config::value& settings, const packed_bytes& record) -> std::string {
  const auto text = outcome(*make_operator("parse", settings), record, "t");
  return text.starts_with("t ") ? text.substr(2) : text;
}

} // namespace

BOOST_AUTO_TEST_CASE(holds_the_contract_of_operators) {
  for (const auto* format : {"json", "logfmt", "ltsv", "syslog", "none", "key_value", "cef", "leef", "klog", "xml", "url", "user_agent"}) {
    check_operator_contract(*make_operator("parse", map_of({{"format", format}})));
    check_operator_contract(
        *make_operator("parse", map_of({{"format", format}, {"field", "a.b"}, {"on_error", "drop"}})));
  }
}

BOOST_AUTO_TEST_CASE(a_field_gives_way_to_what_is_in_it_and_the_others_stay) {
  const auto settings = map_of({{"format", "json"}, {"field", "log"}});
  BOOST_TEST(parsed(settings, packed({{"log", R"({"a":1,"b":"x"})"}, {"c", 2}, {"a", 3}}))
             == R"({"a":1,"b":"x","c":2})");
  const auto alone = map_of({{"format", "json"}, {"field", "log"}, {"reserve_data", "false"}});
  BOOST_TEST(parsed(alone, packed({{"log", R"({"a":1})"}, {"c", 2}})) == R"({"a":1})");
  const auto inside = map_of({{"format", "json"}, {"field", "k.log"}});
  BOOST_TEST(parsed(inside, packed({{"k", packed({{"log", R"({"a":1})"}, {"d", 2}})}}))
             == R"({"a":1,"k":{"d":2}})");
}

BOOST_AUTO_TEST_CASE(without_a_field_the_message_is_parsed) {
  BOOST_TEST(parsed(map_of({{"format", "json"}}), packed({{"message", R"({"a":1})"}})) == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(the_parsed_time_becomes_the_time_of_the_event) {
  auto tried =
      make_operator("parse", map_of({{"format", "json"}, {"time_key", "t"}, {"time_format", "unix"}}));
  auto out = recorded_output{};
  tried->apply({"t", 7, packed({{"message", R"({"t":5,"a":1})"}}), true}, out);
  tried->apply({"t", 7, packed({{"message", R"({"a":1})"}}), true}, out);
  BOOST_TEST_REQUIRE(out.events.size() == 2U);
  BOOST_TEST(!out.events[0].is_timed_at_reading);
  BOOST_TEST(out.events[1].is_timed_at_reading);
  BOOST_TEST(out.events[0].time_ns == 5'000'000'000);
  BOOST_TEST(out.events[1].time_ns == 7);
}

BOOST_AUTO_TEST_CASE(what_does_not_parse_is_kept_as_it_was_with_the_reason) {
  const auto keep = map_of({{"format", "json"}, {"field", "log"}});
  const auto text = parsed(keep, packed({{"log", "{no"}, {"parse_error", "old"}, {"b", 1}}));
  BOOST_TEST(text.starts_with(R"({"log":"{no","b":1,"parse_error":")"), text);
  BOOST_TEST(parsed(keep, packed({{"log", 5}}))
             == R"({"log":5,"parse_error":"the record has no text in \"log\""})");
}

BOOST_AUTO_TEST_CASE(what_does_not_parse_may_be_left_as_it_is) {
  const auto leave = map_of({{"format", "json"}, {"field", "log"}, {"on_error", "leave"}});
  BOOST_TEST(parsed(leave, packed({{"log", "just text"}, {"b", 1}})) == R"({"log":"just text","b":1})");
  BOOST_TEST(parsed(leave, packed({{"log", R"({"a":1})"}, {"b", 1}})) == R"({"a":1,"b":1})");
}

BOOST_AUTO_TEST_CASE(what_does_not_parse_is_dropped_and_counted_on_request) {
  const auto drop = map_of({{"format", "json"}, {"field", "log"}, {"on_error", "drop"}});
  BOOST_TEST(parsed(drop, packed({{"log", "{no"}})) == "dropped: unparsed");
  BOOST_TEST(parsed(drop, packed({{"other", "{}"}})) == "dropped: unparsed");
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("parse", map_of({})) == "parse: \"format\" is missing");
  const auto bad = findings("parse", map_of({{"format", "regex"}, {"expression", "(?P<a>"}}));
  BOOST_TEST(bad.starts_with("parse: expression"), bad);
}

BOOST_AUTO_TEST_SUITE_END()
