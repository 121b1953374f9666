#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/msgpack_build.hpp"

#include <fstream>

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(lua)

namespace {

auto script(const std::string& body) -> config::value {
  return map_of({{"script", "function process(tag, time, record)\n" + body + "\nend"}});
}

auto judged(const config::value& settings, const packed_bytes& record) -> std::string {
  auto out = recorded_output{};
  make_operator("lua", settings)->apply({"t", 1'500'000'000, record}, out);
  auto text = std::string{};
  for (const auto& e : out.events) text += (text.empty() ? "" : "\n") + text_of(e.record) + " @" + std::to_string(e.time_ns);
  for (const auto& [reason, count] : out.drops) text += "dropped: " + reason;
  return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(holds_the_contract_of_operators) {
  check_operator_contract(*make_operator("lua", script("record.new = tag; return 2, time, record")));
  check_operator_contract(*make_operator("lua", script("return #tag % 2, time, {record, {a = record.a}}")));
}

BOOST_AUTO_TEST_CASE(codes_say_what_becomes_of_an_event) {
  const auto record = packed({{"a", 1}});
  BOOST_TEST(judged(script("return -1, 0, 0"), record) == "dropped: dropped by lua");
  BOOST_TEST(judged(script("record.a = 2; return 0, 0, 0"), record) == R"({"a":1} @1500000000)");
  BOOST_TEST(judged(script("record.a = tag; return 2, 99, record"), record) == R"({"a":"t"} @1500000000)");
  BOOST_TEST(judged(script("return 1, time + 1, record"), record) == R"({"a":1} @2500000000)");
  BOOST_TEST(judged(script("return 2, 0, {{b = 1}, {b = 2}}"), record) == "{\"b\":1} @1500000000\n{\"b\":2} @1500000000");
}

BOOST_AUTO_TEST_CASE(what_a_script_does_not_touch_comes_back_as_it_was) {
  auto when = byte_buffer{};
  msgpack_writer{when}.event_time(5);
  msgpack_writer{when}.integer(0);
  const auto time = packed_bytes{std::string{when.view().substr(0, 10)}};
  const auto large = packed_bytes{std::string{"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9}};
  const auto record = packed({{"a", packed_list({nullptr, true, 0.5, -7, "x", time, large, packed_list({}), packed({})})}});
  const auto same = judged(script("return 2, 0, record"), record);
  BOOST_TEST(same == text_of(record) + " @1500000000");
}

BOOST_AUTO_TEST_CASE(globals_stay_from_event_to_event) {
  const auto tried = make_operator("lua", map_of({{"script", "n = 0 function process(tag, time, record) n = n + 1 record.n = n return 2, 0, record end"}}));
  BOOST_TEST(outcome(*tried, packed({}), "t") == R"(t {"n":1})");
  BOOST_TEST(outcome(*tried, packed({}), "t") == R"(t {"n":2})");
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_leaves_the_event_with_the_reason) {
  const auto record = packed({{"a", 1}});
  BOOST_TEST(judged(script("return record.b.c"), record).find(R"("lua_error":"script:2: attempt to index field 'b')") != std::string::npos);
  const std::pair<const char*, const char*> cases[] = {
      {"return", "returned no code; wanted -1, 0, 1 or 2"},
      {"return 7, 0, record", "returned the code 7; wanted -1, 0, 1 or 2"},
      {"return 2, 0, 5", "returned no record"},
      {"return 2, 0, {1, 2}", "returned a record that is no table of names"},
      {"return 1, -1, record", "returned a time that is none of 1970 to 2106"},
      {"record.f = print or tostring; return 2, 0, record", "a function cannot be in a record"},
      {"record.r = record; return 2, 0, record", "tables are more than 64 deep, or hold themselves"},
      {"local t = {} for i = 1, 50 do t = {t, t} end return 2, 0, {t = t}", "what is returned makes more than 16 MiB"}};
  for (const auto& [body, what] : cases)
    BOOST_TEST(judged(script(body), record).find(what) != std::string::npos, body << ": " << judged(script(body), record).substr(0, 300));
  auto drops = script("error('x')");
  drops.members.push_back({"on_error", {}, config_item{"drop"}.made});
  BOOST_TEST(judged(drops, record) == "dropped: lua failed");
}

BOOST_AUTO_TEST_CASE(a_script_can_use_up_neither_time_nor_memory) {
  const auto bounded = [](const char* body, const char* time_max = "20ms") {
    auto settings = script(body);
    settings.members.push_back({"time_max", {}, config_item{time_max}.made});
    settings.members.push_back({"memory_max", {}, config_item{"4MiB"}.made});
    return settings;
  };
  const auto record = packed({{"a", 1}});
  for (const auto* body : {"while true do end", "while true do pcall(function() while true do end end) end",
                           "local c = coroutine.wrap(function() while true do end end) c()"})
    BOOST_TEST(judged(bounded(body), record).find("took more time than \\\"time_max\\\" allows") != std::string::npos, body);
  for (const auto* body : {"local t = {} while true do t[#t + 1] = {} end", "return string.rep('x', 1e9)"})
    BOOST_TEST(judged(bounded(body, "60s"), record).find("not enough memory") != std::string::npos, body);
  const auto tried = make_operator("lua", bounded("if record.a == 1 then local t = {} while true do t[#t + 1] = {} end end return 0", "60s"));
  outcome(*tried, record);
  BOOST_TEST(outcome(*tried, packed({{"a", 2}}), "t") == R"(t {"a":2})");
}

BOOST_AUTO_TEST_CASE(a_script_reaches_nothing_but_its_event) {
  for (const auto* name : {"io", "require", "package", "debug", "ffi", "jit", "dofile", "loadstring", "load", "os.execute", "os.getenv",
                           "os.remove", "os.exit", "string.dump", "collectgarbage", "print"})
    BOOST_TEST(judged(script("record.a = " + std::string{name} + " == nil; return 2, 0, record"), packed({})) == R"({"a":true} @1500000000)", name);
  BOOST_TEST(judged(script("record.a = type(os.time()) .. math.floor(1.5) .. bit.band(6, 3); return 2, 0, record"), packed({}))
             == R"({"a":"number12"} @1500000000)");
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong_with_its_line) {
  BOOST_TEST(findings("lua", map_of({})) == "lua: wants either \"script\" or \"file\"");
  BOOST_TEST(findings("lua", map_of({{"script", "x = 1\ny = = 2"}})) == "lua: lua: script:2: unexpected symbol near '='");
  BOOST_TEST(findings("lua", map_of({{"script", "x = 1"}})) == "lua: lua: there is no function \"process\"");
  BOOST_TEST(findings("lua", map_of({{"script", "while true do end"}, {"time_max", "10ms"}})).find("took more time") != std::string::npos);
  const auto folder = temporary_directory{};
  const auto path = folder / "a.lua";
  std::ofstream{path} << "function process()\n  return 0\nend\nfoo()\n";
  BOOST_TEST(findings("lua", map_of({{"file", path}})).find("a.lua:4: attempt to call global 'foo'") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
