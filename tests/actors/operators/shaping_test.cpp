#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(shaping)

namespace {

auto shaped(std::string_view type, const config::value& settings, const packed_bytes& record) -> std::string {
  const auto text = outcome(*make_operator(type, settings), record, "t");
  return text.starts_with("t ") ? text.substr(2) : text;
}

auto pod() -> packed_bytes {
  return packed({{"k", packed({{"pod", "a"}, {"labels", packed({{"app", "x"}, {"b.c", 1}})}})}, {"k8s_ns", "n"}, {"k8s_node", "m"}, {"m", 5}});
}

} // namespace

BOOST_AUTO_TEST_CASE(they_hold_the_contract_of_operators) {
  const std::pair<const char*, config::value> tried[] = {
      {"keep", map_of({{"fields", list_of({"a.*", "**.c"})}})},
      {"remove", map_of({{"fields", list_of({"a.b", "*e*", "**.a"})}})},
      {"rename", map_of({{"fields", map_of({{"a.*", "b.*"}, {"**.c", "c.**"}, {"me*", "*x"}})}})},
      {"json", map_of({{"field", "a"}, {"to", "b.x"}, {"remove", "true"}})},
      {"json", map_of({{"to", "message"}})},
      {"nest", map_of({{"fields", list_of({"a*", "c"})}, {"under", "b.x"}, {"cut", "a"}})},
      {"flatten", map_of({})},
      {"flatten", map_of({{"fields", list_of({"a", "b"})}, {"prefix", "false"}})},
      {"convert", map_of({{"types", map_of({{"a", "int"}, {"**.b", "string"}, {"c", "time"}, {"me*", "bool"}, {"l*", "float"}})}})},
      {"timestamp", map_of({{"field", "a"}})},
      {"split", map_of({{"field", "a"}})},
      {"split", map_of({{"field", "a"}, {"to", "b.x"}, {"merge", "true"}})}};
  for (const auto& [type, settings] : tried) check_operator_contract(*make_operator(type, settings));
}

BOOST_AUTO_TEST_CASE(keep_leaves_what_its_patterns_name_and_the_maps_that_lead_there) {
  BOOST_TEST(shaped("keep", map_of({{"fields", list_of({"k.labels.*", "m"})}}), pod()) == R"({"k":{"labels":{"app":"x","b.c":1}},"m":5})");
  BOOST_TEST(shaped("keep", map_of({{"fields", list_of({"k8s_*", "k.nothing"})}}), pod()) == R"({"k8s_ns":"n","k8s_node":"m"})");
  BOOST_TEST(shaped("keep", map_of({{"fields", "k"}}), pod()) == R"({"k":{"pod":"a","labels":{"app":"x","b.c":1}}})");
}

BOOST_AUTO_TEST_CASE(remove_takes_away_what_its_patterns_name) {
  BOOST_TEST(shaped("remove", map_of({{"fields", list_of({"k.labels.*", "k8s_*"})}}), pod()) == R"({"k":{"pod":"a","labels":{}},"m":5})");
  BOOST_TEST(shaped("remove", map_of({{"fields", list_of({"**.app", "**.c", "m"})}}), pod())
             == R"({"k":{"pod":"a","labels":{}},"k8s_ns":"n","k8s_node":"m"})");
  BOOST_TEST(shaped("remove", map_of({{"fields", "nothing"}}), packed({{"a", packed_list({1, "x"})}})) == R"({"a":[1,"x"]})");
}

BOOST_AUTO_TEST_CASE(rename_puts_what_stars_stand_for_into_the_new_name) {
  BOOST_TEST(shaped("rename", map_of({{"fields", map_of({{"k8s_*", "kubernetes.*"}, {"k.labels.*", "label_*"}, {"m", "n"}})}}), pod())
             == R"({"k":{"pod":"a","labels":{}},"label_app":"x","label_b":{"c":1},"kubernetes":{"ns":"n","node":"m"},"n":5})");
  BOOST_TEST(shaped("rename", map_of({{"fields", map_of({{"a", "b"}, {"b", "a"}})}}), packed({{"a", 1}, {"b", 2}})) == R"({"b":1,"a":2})");
}

BOOST_AUTO_TEST_CASE(json_makes_a_text_of_a_field_or_of_all) {
  const auto record = packed({{"a", packed({{"x", 1}, {"y", packed_list({"z"})}})}, {"b", 2}});
  BOOST_TEST(shaped("json", map_of({{"field", "a"}}), record) == R"({"a":"{\"x\":1,\"y\":[\"z\"]}","b":2})");
  BOOST_TEST(shaped("json", map_of({{"field", "a"}, {"to", "t"}, {"remove", "true"}}), record) == R"({"b":2,"t":"{\"x\":1,\"y\":[\"z\"]}"})");
  BOOST_TEST(shaped("json", map_of({{"to", "message"}}), packed({{"a", 1}})) == R"({"message":"{\"a\":1}"})");
  BOOST_TEST(shaped("json", map_of({{"field", "c"}}), packed({{"a", 1}})) == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(nest_moves_fields_into_a_map_and_flatten_out_of_them) {
  BOOST_TEST(shaped("nest", map_of({{"fields", "k8s_*"}, {"under", "k"}, {"cut", "k8s_"}}), pod())
             == R"({"k":{"pod":"a","labels":{"app":"x","b.c":1},"ns":"n","node":"m"},"m":5})");
  BOOST_TEST(shaped("nest", map_of({{"fields", "a"}, {"under", "b.c"}}), packed({{"a", 1}})) == R"({"b":{"c":{"a":1}}})");
  BOOST_TEST(shaped("flatten", map_of({{"separator", "_"}}), pod())
             == R"({"k_pod":"a","k_labels_app":"x","k_labels_b.c":1,"k8s_ns":"n","k8s_node":"m","m":5})");
  BOOST_TEST(shaped("flatten", map_of({{"fields", "k"}, {"prefix", "false"}}), packed({{"k", packed({{"a", 1}, {"b", packed({{"a", 2}})}})}, {"x", packed({{"y", 3}})}}))
             == R"({"a":2,"x":{"y":3}})");
}

BOOST_AUTO_TEST_CASE(convert_gives_values_the_type_that_they_say_exactly) {
  const auto as = [](const char* type, const packed_value& value) {
    auto out = shaped("convert", map_of({{"types", map_of({{"a", type}})}}), packed({{"a", packed_bytes{std::string{value.view()}}}}));
    return out.substr(5, out.size() - 6);
  };
  BOOST_TEST(as("int", "42") == "42");
  BOOST_TEST(as("int", "4x") == "\"4x\"");
  BOOST_TEST(as("int", 3.0) == "3");
  BOOST_TEST(as("int", 3.5) == "3.5");
  BOOST_TEST(as("float", "0.5") == "0.5");
  BOOST_TEST(as("float", 2) == "2");
  BOOST_TEST(as("string", 5) == "\"5\"");
  BOOST_TEST(as("string", packed({{"x", 1}})) == R"("{\"x\":1}")");
  BOOST_TEST(as("bool", "yes") == "true");
  BOOST_TEST(as("bool", 0) == "false");
  BOOST_TEST(as("time", "1970-01-01T00:00:01Z").starts_with("ext0"));
  BOOST_TEST(as("time", "soon") == "\"soon\"");
  BOOST_TEST(as("int", nullptr) == "null");
  BOOST_TEST(shaped("convert", map_of({{"types", map_of({{"k.labels.*", "string"}, {"m", "string"}})}}), pod())
             == R"({"k":{"pod":"a","labels":{"app":"x","b.c":"1"}},"k8s_ns":"n","k8s_node":"m","m":"5"})");
}

BOOST_AUTO_TEST_CASE(timestamp_gives_an_event_the_time_of_a_field) {
  auto tried = make_operator("timestamp", map_of({{"field", "at"}, {"time_format", "%d.%m.%Y %H:%M"}, {"time_zone", "+01:00"}}));
  auto out = recorded_output{};
  tried->apply({"t", 7, packed({{"at", "02.01.1970 01:00"}, {"b", 1}}), true}, out);
  tried->apply({"t", 7, packed({{"at", "soon"}}), true}, out);
  BOOST_TEST_REQUIRE(out.events.size() == 2U);
  BOOST_TEST(out.events[0].time_ns == 86'400'000'000'000);
  BOOST_TEST(!out.events[0].is_timed_at_reading);
  BOOST_TEST(text_of(out.events[0].record) == R"({"b":1})");
  BOOST_TEST(out.events[1].time_ns == 7);
  BOOST_TEST(out.events[1].is_timed_at_reading);
}

BOOST_AUTO_TEST_CASE(timestamp_takes_numbers_and_times_as_they_are) {
  auto tried = make_operator("timestamp", map_of({{"field", "at"}, {"keep_field", "true"}}));
  auto when = byte_buffer{};
  msgpack_writer{when}.event_time(5'000'000'001);
  auto out = recorded_output{};
  tried->apply({"t", 7, packed({{"at", packed_bytes{std::string{when.view()}}}})}, out);
  tried->apply({"t", 7, packed({{"at", 1'700'000'000}})}, out);
  BOOST_TEST(out.events[0].time_ns == 5'000'000'001);
  BOOST_TEST(out.events[1].time_ns == 1'700'000'000'000'000'000);
  BOOST_TEST(text_of(out.events[1].record) == R"({"at":1700000000})");
}

BOOST_AUTO_TEST_CASE(split_makes_an_event_of_each_item) {
  const auto record = packed({{"a", 1}, {"items", packed_list({packed({{"x", 1}, {"a", 2}}), "y"})}});
  const auto all = [](const config::value& settings, const packed_bytes& from) {
    auto out = recorded_output{};
    make_operator("split", settings)->apply({"t", 7, from}, out);
    auto text = std::string{};
    for (const auto& e : out.events) text += text_of(e.record) + '\n';
    return text;
  };
  BOOST_TEST(all(map_of({{"field", "items"}}), record) == "{\"a\":1,\"items\":{\"x\":1,\"a\":2}}\n{\"a\":1,\"items\":\"y\"}\n");
  BOOST_TEST(all(map_of({{"field", "items"}, {"to", "item"}, {"merge", "true"}}), record) == "{\"x\":1,\"a\":2}\n{\"a\":1,\"item\":\"y\"}\n");
  BOOST_TEST(all(map_of({{"field", "items"}, {"items_max", "1"}}), record) == text_of(record) + "\n");
  BOOST_TEST(all(map_of({{"field", "a"}}), record) == text_of(record) + "\n");
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("keep", map_of({{"fields", list_of({"a..b", "a***", "c", "c"})}}))
             == "keep: \"fields\": a path wants names between its dots, none of them empty\n"
                "keep: \"fields\": \"***\" in \"a***\" is no pattern; wanted * or **\n"
                "keep: \"fields\": \"c\" stands there twice");
  BOOST_TEST(findings("rename", map_of({{"fields", map_of({{"a*", "b.*.*"}, {"c", "c"}})}}))
             == "rename: \"fields\": \"a*\": \"b.*.*\" has more stars\nrename: \"fields\": \"c\": is renamed to itself, which does nothing");
  BOOST_TEST(findings("json", map_of({})) == "json: wants \"field\" or \"to\"");
  BOOST_TEST(findings("convert", map_of({{"types", map_of({{"a", "number"}})}}))
             == "convert: \"types\": \"number\" of \"a\" is no type; wanted int, float, string, bool or time");
  BOOST_TEST(findings("convert", map_of({{"types", map_of({{"a", "time"}})}, {"time_format", "%Q"}})).starts_with("convert: time_format: "));
  BOOST_TEST(findings("timestamp", map_of({{"field", "a"}, {"time_zone", "Mars"}})).starts_with("timestamp: time_zone: "));
}

BOOST_AUTO_TEST_SUITE_END()
