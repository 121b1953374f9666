#include "runtime/parser/parser_settings.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

BOOST_AUTO_TEST_SUITE(make_parser_errors)

BOOST_AUTO_TEST_CASE(every_mistake_is_named_with_its_key) {
  using enum line_format;
  const std::pair<parser_settings, std::string_view> cases[] = {
      {{.format = regex}, "expression: regex wants one"},
      {{.format = regex, .expression = "(?P<a>x"}, "expression: missing ): (?P<a>x"},
      {{.format = regex, .expression = "(x)"}, "expression: has no named group, wanted (?P<name>…)"},
      {{.format = csv}, "columns: csv wants at least one"},
      {{.format = csv, .columns = {"a", "a"}}, "columns: \"a\" stands there twice"},
      {{.format = csv, .columns = {"a"}, .delimiter = "ab"},
       "delimiter: csv wants one character, not \"ab\""},
      {{.format = csv, .columns = {"a", "b"}, .time_key = "t"},
       "time_key: \"t\" is no field of this format, which has a, b"},
      {{.format = regex, .expression = "(?<a>x)", .types = "b:integer"},
       "types: \"b\" is no field of this format, which has a"},
      {{.time_key = "time"}, "time_key: \"time\" is no field of this format, which has message"},
      {{.format = apache2, .types = "status:integer"},
       "types: \"status\" is no field of this format, which has host, user, time, method, path, code, size, "
       "referer, agent"},
      {{.format = json, .types = "a:int"},
       "types: \"int\" of \"a\" is no type; wanted string, integer, float, bool, array or time"},
      {{.format = json, .types = "a"}, "types: \"a\" wants to be name:type"},
      {{.format = json, .types = "a:time:%q"}, "types: \"%q\" is no conversion that strptime knows"},
      {{.format = json, .time_format = "%Y-%Q"}, "time_format: \"%Q\" is no conversion that strptime knows"},
      {{.format = json, .time_format = "%Y-%"}, "time_format: \"%\" is no conversion that strptime knows"},
      {{.format = json, .time_format = "%H:%M"},
       "time_format: \"%H:%M\" names no day; wanted iso8601, unix, unix_ms, unix_us, unix_ns or a strptime "
       "format with day and month"},
      {{.format = json, .time_zone = "Europe/Berln"},
       "time_zone: \"Europe/Berln\" is no zone; wanted UTC, local, an offset like +02:00, or a name like "
       "Europe/Berlin"},
      {{.format = nginx, .time_zone = "../../etc/passwd"},
       "time_zone: \"../../etc/passwd\" is no zone; wanted UTC, local, an offset like +02:00, or a name like "
       "Europe/Berlin"}};
  for (const auto& [settings, sentence] : cases) {
    const auto made = make_parser(settings);
    BOOST_REQUIRE(!made);
    BOOST_TEST(made.failure().what == sentence);
  }
}

BOOST_AUTO_TEST_CASE(every_format_can_be_made) {
  for (const auto& [name, format] : names_of(static_cast<line_format*>(nullptr)))
    BOOST_TEST(bool{make_parser({.format = format, .expression = "(?P<a>.)", .columns = {"a"}})}, name);
}

BOOST_AUTO_TEST_SUITE_END()
