#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(record)

namespace {

auto changed(const config::value& settings, const packed_bytes& from) -> std::string {
  return outcome(*make_operator("record", settings), from, "t").substr(2);
}

} // namespace

BOOST_AUTO_TEST_CASE(holds_the_contract_of_operators) {
  check_operator_contract(
      *make_operator("record", map_of({{"remove", list_of({"a.b", "c", "a.a.b", "b.message"})},
                                       {"rename", map_of({{"a", "b"}, {"level", "a"}})},
                                       {"add", map_of({{"x", "${a.b}"}, {"y", "[${a}] ${message}"}})}})));
  check_operator_contract(*make_operator("record", map_of({{"keep", list_of({"a", "message"})}})));
  check_operator_contract(
      *make_operator("record", map_of({{"keep", list_of({"a.b", "a.a.a", "message", "c.x"})},
                                       {"remove", list_of({"a.b.c", "message.x"})},
                                       {"rename", map_of({{"a.b", "b.c.d"}, {"message", "a.b"}})},
                                       {"add", map_of({{"x.y", "${a.b}"}, {"a.b.c", "[${a}] ${message}"}})}})));
}

BOOST_AUTO_TEST_CASE(adds_fields_from_templates_and_overwrites) {
  const auto add = map_of({{"add", map_of({{"host", "${node}"}, {"from", "${tag}:${a}"}, {"a", "new"}})}});
  BOOST_TEST(changed(add, packed({{"a", 1}, {"b", 2}}))
             == R"({"b":2,"a":"new","from":"t:1","host":"edge-1"})");
}

BOOST_AUTO_TEST_CASE(a_lone_field_keeps_its_type_and_is_null_where_it_is_missing) {
  const auto add = map_of({{"add", map_of({{"x", "${a.b}"}, {"y", " ${a.b}"}})}});
  BOOST_TEST(changed(add, packed({{"a", packed({{"b", 1}})}})) == R"({"a":{"b":1},"x":1,"y":" 1"})");
  BOOST_TEST(changed(add, packed({})) == R"({"x":null,"y":" "})");
}

BOOST_AUTO_TEST_CASE(removes_fields_also_inside_of_others) {
  const auto remove = map_of({{"remove", list_of({"a.b", "c", "none", "c.none"})}});
  BOOST_TEST(changed(remove, packed({{"a", packed({{"b", 1}, {"d", 2}})}, {"c", 3}, {"e", 4}}))
             == R"({"a":{"d":2},"e":4})");
  BOOST_TEST(changed(remove, packed({{"a.b", 1}, {"a", 2}})) == R"({"a":2})");
}

BOOST_AUTO_TEST_CASE(keeps_only_the_named_fields) {
  BOOST_TEST(changed(map_of({{"keep", list_of({"b", "x"})}}), packed({{"a", 1}, {"b", 2}})) == R"({"b":2})");
}

BOOST_AUTO_TEST_CASE(renames_and_the_renamed_field_takes_the_place_of_another) {
  const auto rename = map_of({{"rename", map_of({{"a", "b"}})}});
  BOOST_TEST(changed(rename, packed({{"b", 2}, {"a", 1}})) == R"({"b":1})");
  BOOST_TEST(changed(rename, packed({{"b", 2}})) == R"({"b":2})");
  const auto swap = map_of({{"rename", map_of({{"a", "b"}, {"b", "a"}})}});
  BOOST_TEST(changed(swap, packed({{"a", 1}, {"b", 2}})) == R"({"b":1,"a":2})");
}

BOOST_AUTO_TEST_CASE(names_are_paths_wherever_they_stand) {
  const auto from = packed({{"kubernetes", packed({{"pod", "p-1"}, {"ns", "n"}, {"labels", packed({{"app", "x"}})}})},
                            {"msg", "m"},
                            {"x", 1}});
  const auto keep = [&](config::value paths) { return changed(map_of({{"keep", std::move(paths)}}), from); };
  BOOST_TEST(keep(list_of({"kubernetes.pod", "msg"})) == R"({"kubernetes":{"pod":"p-1"},"msg":"m"})");
  BOOST_TEST(keep(list_of({"kubernetes.labels.app", "kubernetes.ns"}))
             == R"({"kubernetes":{"ns":"n","labels":{"app":"x"}}})");
  BOOST_TEST(keep(list_of({"kubernetes.ns", "kubernetes"})) == keep(list_of({"kubernetes"})));
  BOOST_TEST(keep(list_of({"kubernetes.none", "x.y", "x"})) == R"({"x":1})");
  const auto rename = [&](config::value names) { return changed(map_of({{"rename", std::move(names)}}), from); };
  BOOST_TEST(rename(map_of({{"kubernetes.pod", "pod"}, {"x", "a.b.c"}}))
             == R"({"kubernetes":{"ns":"n","labels":{"app":"x"}},"msg":"m","pod":"p-1","a":{"b":{"c":1}}})");
  BOOST_TEST(rename(map_of({{"kubernetes.pod", "kubernetes.ns"}, {"kubernetes.ns", "kubernetes.pod"}}))
             == R"({"kubernetes":{"labels":{"app":"x"},"pod":"n","ns":"p-1"},"msg":"m","x":1})");
  BOOST_TEST(rename(map_of({{"x", "x.y"}, {"none.at.all", "b"}}))
             == R"({"kubernetes":{"pod":"p-1","ns":"n","labels":{"app":"x"}},"msg":"m","x":{"y":1}})");
  const auto add = map_of({{"add", map_of({{"kubernetes.node", "${node}"}, {"x.y", "${kubernetes.ns}"}})},
                           {"remove", list_of({"kubernetes.labels", "msg"})}});
  BOOST_TEST(changed(add, from) == R"({"kubernetes":{"pod":"p-1","ns":"n","node":"edge-1"},"x":{"y":"n"}})");
}

BOOST_AUTO_TEST_CASE(a_key_with_a_dot_goes_before_the_path) {
  const auto from = packed({{"a", packed({{"b", 1}})}, {"a.b", 2}});
  BOOST_TEST(changed(map_of({{"keep", list_of({"a.b"})}}), from) == R"({"a.b":2})");
  BOOST_TEST(changed(map_of({{"rename", map_of({{"a.b", "c"}})}}), from) == R"({"a":{"b":1},"c":2})");
  BOOST_TEST(changed(map_of({{"add", map_of({{"a.b", "3"}})}}), from) == R"({"a":{"b":1},"a.b":"3"})");
}

BOOST_AUTO_TEST_CASE(does_keep_and_remove_first_then_rename_then_add) {
  const auto all =
      map_of({{"keep", list_of({"a", "b"})},
              {"remove", "b.x"},
              {"rename", map_of({{"a", "c"}, {"b", "d"}})},
              {"add", map_of({{"from_old", "${a}"}, {"from_new", "${c}"}, {"removed", "${b}"}})}});
  BOOST_TEST(changed(all, packed({{"a", 1}, {"b", packed({{"x", 2}, {"y", 3}})}, {"e", 3}}))
             == R"({"c":1,"d":{"y":3},"from_new":1,"from_old":1,"removed":{"x":2,"y":3}})");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_stay_as_they_are) {
  auto from = byte_buffer{};
  auto write = msgpack_writer{from};
  write.map(3);
  write.str("s");
  write.str("\xff\xfe");
  write.bin("b");
  write.bin(std::string_view{"\x00\x01", 2});
  write.integer(5);
  write.event_time(1);
  auto tried = make_operator("record", map_of({{"remove", "none"}, {"add", map_of({{"copy", "${b}"}})}}));
  const auto wanted = "t {\"s\":\"\xff\xfe\",b\"b\":b\"\\x00\\x01\",5:"
                      + text_of(from.view().substr(from.size() - 10)) + ",\"copy\":b\"\\x00\\x01\"}";
  BOOST_TEST(outcome(*tried, from.view(), "t") == wanted);
}

BOOST_AUTO_TEST_CASE(many_fields_and_large_ones_pass) {
  auto from = byte_buffer{};
  auto write = msgpack_writer{from};
  write.map(70'000);
  for (int i = 0; i < 70'000; ++i) {
    write.str("k" + std::to_string(i));
    write.integer(i);
  }
  auto out = recorded_output{};
  make_operator("record", map_of({{"remove", "k7"}, {"add", map_of({{"k8", "x"}})}}))
      ->apply({"t", 0, from.view()}, out);
  auto count = std::uint32_t{0};
  BOOST_TEST(msgpack_reader{out.events.at(0).record}.map(count));
  BOOST_TEST(count == 69'999U);
  BOOST_TEST(find_field(out.events.at(0).record, "k69999") == find_field(from.view(), "k69999"));
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("record", map_of({}))
             == "record: wants at least one of \"keep\", \"remove\", \"rename\" and \"add\"");
  BOOST_TEST(findings("record", map_of({{"add", map_of({{"x", "${a"}})}}))
             == "record: \"x\": template \"${a\" has a \"${\" without its \"}\" at character 1");
  BOOST_TEST(findings("record", map_of({{"rename", map_of({{"a", "c"}, {"b", "c"}})}}))
             == "record: \"rename\": two fields become \"c\"");
}

BOOST_AUTO_TEST_SUITE_END()
