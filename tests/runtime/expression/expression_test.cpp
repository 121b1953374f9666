#include "runtime/codec/json_writer.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/expression/expression.hpp"
#include "tests/support/msgpack_build.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(expressions)

namespace {

/// 2026-12-01T16:00:00.25Z
constexpr auto event_ns = std::int64_t{1'796'140'800'250'000'000};

auto sample() -> packed_bytes {
  return packed({{"status", 503},
                 {"path", "/api/cart?id=7"},
                 {"took", 0.25},
                 {"text_number", "42"},
                 {"user", packed({{"id", 7}, {"name", "Zoë"}, {"x y", "quoted"}})},
                 {"a.b", "dotted"},
                 {"ok", true},
                 {"none", nullptr},
                 {"tags", packed_list({"red", "green", 3})},
                 {"ip", "10.1.2.3"},
                 {"tag", "a field"},
                 {"at", "2026-12-01T17:00:00.5+01:00"}});
}

auto compiled(const std::string& text) -> expression {
  static auto clock = manual_clock{};
  clock.set_wall_ns(event_ns + 1'000'000'000);
  auto problems = expression_problems{};
  auto made = expression::compile(text, {"edge-1", &clock}, problems);
  for (const auto& p : problems) BOOST_ERROR(text << ": at " << p.at << ": " << p.what);
  BOOST_TEST_REQUIRE(made.has_value(), text);
  return std::move(*made);
}

/// As JSON; "nothing".
auto value_of(const std::string& text) -> std::string {
  const auto record = sample();
  auto made = compiled(text);
  auto out = byte_buffer{};
  if (!made.append_value({"web.access.shop", event_ns, record}, out)) return "nothing";
  auto json = byte_buffer{};
  BOOST_TEST(append_json(json, out.view()));
  return std::string{json.view()};
}

auto holds(const std::string& text) -> bool {
  const auto record = sample();
  return compiled(text).holds({"web.access.shop", event_ns, record});
}

struct expected {
  std::string expression;
  std::string value;
};

void check(const std::vector<expected>& table) {
  for (const auto& [text, wanted] : table) BOOST_TEST(value_of(text) == wanted, text << " is " << value_of(text) << ", not " << wanted);
}

} // namespace

BOOST_AUTO_TEST_CASE(operands_are_fields_by_path_and_what_an_event_has_beside_them) {
  check({{"status", "503"},
         {"user.id", "7"},
         {"user[\"x y\"]", "\"quoted\""},
         {".[\"user\"].id", "7"},
         {"a.b", "\"dotted\""},
         {"user", R"({"id":7,"name":"Zoë","x y":"quoted"})"},
         {"missing", "nothing"},
         {"status.x", "nothing"},
         {"tag", "\"web.access.shop\""},
         {"tag[0]", "\"web\""},
         {"tag[-1]", "\"shop\""},
         {"tag[3]", "nothing"},
         {".tag", "\"a field\""},
         {"time", "\"2026-12-01T16:00:00.250000000Z\""},
         {"tags[0]", "\"red\""},
         {"tags[-1]", "3"},
         {"tags[3]", "nothing"}});
}

BOOST_AUTO_TEST_CASE(literals_are_numbers_texts_durations_and_words) {
  check({{"1 + 0", "1"},
         {"1.5", "1.5"},
         {"2e3", "2000.0"},
         {"-3", "-3"},
         {"5s", "5"},
         {"1h30m", "5400"},
         {"250ms", "0.25"},
         {"null", "null"},
         {"true", "true"},
         {R"("a\n\"\x41\u00e9")", "\"a\\n\\\"Aé\""},
         {"'it\\'s'", "\"it's\""}});
}

BOOST_AUTO_TEST_CASE(operators_bind_as_everywhere) {
  check({{"1 + 2 * 3", "7"},
         {"(1 + 2) * 3", "9"},
         {"10 - 4 - 3", "3"},
         {"7 / 2", "3.5"},
         {"7 % 4", "3"},
         {"-status + 3", "-500"},
         {"status / 0", "nothing"},
         {"status % 0", "nothing"},
         {"status + 9223372036854775807", "nothing"},
         {"status + text_number", "nothing"},
         {"took * 2", "0.5"},
         {"\"a\" + path", "\"a/api/cart?id=7\""},
         {"1 < 2 && 2 < 1 || true", "true"},
         {"!ok || status == 503", "true"},
         {"10s * 2 + 500ms", "20.5"},
         {"1h / 30m", "2.0"},
         {"time + 1s > time", "true"},
         {"now() - time", "1"}});
}

BOOST_AUTO_TEST_CASE(conditions_are_true_only_if_they_are_true) {
  for (const auto* text : {"status >= 500 && path =~ /^\\/api/ && !exists(user.nick)", "status != 200", "status < 503.5", "took == 0.25",
                           "path =~ /cart/", "path !~ /^api$/", "path =~ /ID=\\d/i", "none == null", "status != null", "ok",
                           "status in [500, 502, 503]", "tag in [\"x\", \"web.access.shop\"]", "\"green\" in tags", "3 in tags",
                           "user.name < \"Zz\" || true == ok", "time > now() - 1h", "exists(none)", "!exists(missing)"})
    BOOST_TEST(holds(text), text);
  for (const auto* text : {"status < 500", "path =~ /^cart/", "missing == 1", "missing != 1", "missing < 1", "missing =~ /./",
                           "missing !~ /x/", "path > 3", "text_number == 42", "status", "missing", "none == 1", "missing in [1]",
                           "\"blue\" in tags", "exists(user.nick)", "missing == null", "missing && ok"})
    BOOST_TEST(!holds(text), text);
}

BOOST_AUTO_TEST_CASE(functions_of_texts) {
  check({{"lower(\"ABc\") + upper(\"de\")", "\"abcDE\""},
         {"trim(\"  a b\\n\")", "\"a b\""},
         {"starts_with(path, \"/api\")", "true"},
         {"ends_with(path, \"=7\")", "true"},
         {"contains(path, \"cart\")", "true"},
         {"length(user.name)", "3"},
         {"length(tags)", "3"},
         {"length(status)", "nothing"},
         {"substring(user.name, 2)", "\"ë\""},
         {"substring(path, 1, 3)", "\"api\""},
         {"substring(path, -2)", "\"=7\""},
         {"replace(path, \"a\", \"_\")", "\"/_pi/c_rt?id=7\""},
         {"replace(path, /[0-9]+/, \"N\")", "\"/api/cart?id=N\""},
         {"replace(\"ab\", /x*/, \"-\")", "\"-a-b-\""},
         {"extract(path, /^\\/(\\w+)/)", "\"api\""},
         {"extract(path, /id=\\d/)", "\"id=7\""},
         {"extract(path, /nope/)", "nothing"},
         {"split(\"a,b,,c\", \",\")", R"(["a","b","","c"])"},
         {"split(tag, \".\")[1]", "\"access\""},
         {"concat(status, \" \", took, \" \", tags)", "\"503 0.25 [\\\"red\\\",\\\"green\\\",3]\""},
         {"sha256(\"abc\")", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""}});
}

BOOST_AUTO_TEST_CASE(functions_of_kinds_and_choices) {
  check({{"to_number(text_number) + 1", "43"},
         {"to_number(\"1.5\")", "1.5"},
         {"to_number(path)", "nothing"},
         {"to_int(3.9)", "3"},
         {"to_string(status) + \"!\"", "\"503!\""},
         {"to_string(user)", R"("{\"id\":7,\"name\":\"Zoë\",\"x y\":\"quoted\"}")"},
         {"to_boolean(\"yes\")", "true"},
         {"is_number(status)", "true"},
         {"is_string(status)", "false"},
         {"is_string(missing)", "false"},
         {"is_null(none)", "true"},
         {"coalesce(missing, none, status)", "503"},
         {"coalesce(missing, none)", "nothing"},
         {"if(status >= 500, \"bad\", \"good\")", "\"bad\""},
         {"if(missing, 1, 2)", "2"},
         {"max(1, took, 2)", "2"},
         {"min(status, 7)", "7"},
         {"round(2.5)", "3"},
         {"abs(-2)", "2"},
         {"node()", "\"edge-1\""}});
}

BOOST_AUTO_TEST_CASE(functions_of_times_and_addresses) {
  check({{"format_time(time, \"%Y-%m-%d %H:%M:%S.%L\")", "\"2026-12-01 16:00:00.250\""},
         {"format_time(time, \"%H%z\", \"+02:00\")", "\"18+0200\""},
         {"parse_time(at) - time", "0.25"},
         {"parse_time(\"01/12/2026\", \"%d/%m/%Y\")", "\"2026-12-01T00:00:00.000000000Z\""},
         {"parse_time(path)", "nothing"},
         {"to_int(time)", "1796140800"},
         {"ip_in(ip, \"10.0.0.0/8\", \"::1\")", "true"},
         {"ip_in(ip, \"192.168.0.0/16\")", "false"},
         {"ip_in(path, \"10.0.0.0/8\")", "nothing"}});
}

BOOST_AUTO_TEST_CASE(neighbours_of_large_numbers_are_told_apart) {
  BOOST_TEST(holds("9007199254740993 > 9007199254740992.0 && ok"));
  BOOST_TEST(holds("9223372036854775807 < 9.3e18 && ok"));
}

BOOST_AUTO_TEST_CASE(the_same_fields_are_found_as_by_path_alone) {
  const auto record = packed({{"a", packed({{"b", 1}, {"b.c", 2}})}, {"a.b", packed({{"c", 3}, {"d", 4}})}, {"", 5}, {"x", 6}});
  for (const auto* path : {"a", "a.b", "a.b.c", "a.b.d", "x", "x.y", "a.c"}) {
    auto out = byte_buffer{};
    compiled(std::string{path}).append_value({"t", 0, record}, out);
    BOOST_TEST(out.view() == find_path(record, path), path);
  }
}

BOOST_AUTO_TEST_CASE(an_expression_that_multiplies_texts_ends_as_nothing) {
  auto text = std::string{"path"};
  for (int i = 0; i < 20; ++i) text = "replace(" + text + ", /./, \"0123456789\")";
  BOOST_TEST(value_of(text) == "nothing");
}

BOOST_AUTO_TEST_SUITE_END()
