#include "actors/sinks/elasticsearch/index_template.hpp"
#include "tests/support/config_build.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using test::list_of;
using test::map_of;

namespace {

auto quoted(const char* text) -> config::value {
  auto made = test::config_item{text}.made;
  made.quoted = true;
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(index_templates)

BOOST_AUTO_TEST_CASE(what_is_written_becomes_json_of_the_same_meaning) {
  const auto from = map_of({{"number_of_shards", "1"}, {"version", quoted("1")}, {"on", "true"}, {"none", "null"},
                            {"interval", "5s"}, {"list", list_of({"-1.5e3", "01", "1.", "-", "a\"b"})}, {"empty", map_of({})}});
  BOOST_TEST(json_of(from) == R"({"number_of_shards":1,"version":"1","on":true,"none":null,"interval":"5s",)"
                              R"("list":[-1.5e3,"01","1.","-","a\"b"],"empty":{}})");
}

BOOST_AUTO_TEST_CASE(stands_above_those_that_make_data_streams_of_all_logs) {
  BOOST_TEST(index_template_body({}, {"logs-*"}) ==
             R"({"index_patterns":["logs-*"],"priority":205,"template":{"mappings":{"date_detection":false,)"
             R"("properties":{"@timestamp":{"type":"date_nanos"},"tag":{"type":"keyword"}}}}})");
  const auto shards = map_of({{"settings", map_of({{"number_of_shards", "3"}})}});
  BOOST_TEST(index_template_body(shards, {"logs", true, false, 3}) ==
             R"({"index_patterns":["logs"],"priority":207,"data_stream":{},"template":{"settings":{"number_of_shards":3}}})");
  const auto whole = map_of({{"index_patterns", list_of({"x"})}, {"priority", "7"}});
  BOOST_TEST(index_template_body(whole, {"logs", true, false}) == R"({"index_patterns":["x"],"priority":7})");
}

BOOST_AUTO_TEST_SUITE_END()
