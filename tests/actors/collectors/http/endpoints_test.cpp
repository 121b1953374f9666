#include "actors/collectors/http/elasticsearch.hpp"
#include "actors/collectors/http/fluentd.hpp"
#include "actors/collectors/http/loki.hpp"
#include "actors/collectors/http/splunk.hpp"
#include "runtime/codec/protobuf.hpp"
#include "tests/actors/collectors/http/fixture.hpp"
#include "tests/support/pack.hpp"

#include <snappy.h>

using namespace weir;
using namespace weir::test;

namespace {

using texts = std::vector<std::string>;

struct ways {
  manual_clock time;
  fluentd_endpoint fluentd{{}, false, time};
  splunk_endpoint splunk{time};
  elasticsearch_endpoint elasticsearch{time};
  loki_endpoint loki;
};

auto of_type(std::string_view type) -> std::string { return "Content-Type: " + std::string{type} + "\r\n"; }

} // namespace

BOOST_AUTO_TEST_SUITE(http_endpoints_)

BOOST_FIXTURE_TEST_CASE(fluentds_forms_are_the_same_events, ways) {
  const auto record = pack::map({{"a", pack::integer(1)}});
  const auto boundary = std::string{"--x\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"a\":1}\r\n--x--\r\n"};
  const auto requests = std::vector<std::string>{
      post("/web/access", R"({"a":1})"),
      post("/web.access", R"([{"a":1}])"),
      post("/web.access", record, of_type("application/msgpack")),
      post("/web.access", "{\"a\":1}\n", of_type("application/x-ndjson")),
      post("/web.access", "json=%7B%22a%22%3A1%7D", of_type("application/x-www-form-urlencoded")),
      post("/web.access", boundary, of_type("multipart/form-data; boundary=x")),
  };
  for (const auto& r : requests) {
    const auto done = take(fluentd, r);
    BOOST_TEST(done.answer.status == 200, r);
    BOOST_TEST(done.events == texts{"web.access now {\"a\":1}"}, boost::test_tools::per_element());
  }
}

BOOST_FIXTURE_TEST_CASE(the_time_is_that_of_the_record_or_of_the_query, ways) {
  const auto timed = take(fluentd, post("/t?time=5", R"([{"time":1.5,"a":1},{"time":"1970-01-01T00:00:02Z"},{"time":"when?"},{"b":2}])"));
  const auto wanted = texts{"t 1500000000 {\"a\":1}", "t 2000000000 {}", "t 5000000000 {\"time\":\"when?\"}", "t 5000000000 {\"b\":2}"};
  BOOST_TEST(timed.events == wanted, boost::test_tools::per_element());
  const auto lines = take(fluentd, post("/t", "{\"time\":3,\"a\":1}\n{\"a\":2}\n", of_type("application/x-ndjson")));
  BOOST_TEST(lines.events == (texts{"t 3000000000 {\"a\":1}", "t now {\"a\":2}"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_line_that_is_no_record_is_left_out_and_told, ways) {
  const auto done = take(fluentd, post("/t", "{\"a\":1}\nno\n\n{\"a\":2}", of_type("application/x-ndjson")));
  BOOST_TEST(done.events.size() == 2U);
  BOOST_TEST(done.answer.body == "{\"events\":2,\"dropped\":1}\n");
  BOOST_TEST(take(fluentd, post("/t", "no\n", of_type("application/x-ndjson"))).answer.status == 400);
}

BOOST_FIXTURE_TEST_CASE(what_is_refused_by_fluentds_forms, ways) {
  BOOST_TEST(take(fluentd, post("/t", "[1]")).answer.status == 400);
  BOOST_TEST(take(fluentd, post("/t", "{")).answer.status == 400);
  BOOST_TEST(take(fluentd, post("/t", "")).answer.status == 400);
  BOOST_TEST(take(fluentd, post("/", "{}")).answer.status == 404);
  BOOST_TEST(take(fluentd, post("/t", "{}", of_type("image/png"))).answer.status == 415);
  BOOST_TEST(take(fluentd, post("/t?time=soon", "{}")).answer.status == 400);
  BOOST_TEST(take(fluentd, post("/t", "a=1", of_type("application/x-www-form-urlencoded"))).answer.status == 400);
  BOOST_TEST(take(fluentd, get("/t")).answer.status == 405);
}

BOOST_FIXTURE_TEST_CASE(events_of_splunks_collector, ways) {
  const auto done = take(splunk, post("/services/collector/event", R"({"time":1.5,"host":"h","event":{"a":1},"fields":{"f":2}}
{"event":"text","index":"main","sourcetype":"st"})"));
  BOOST_TEST(done.answer.body == R"({"text":"Success","code":0})");
  const auto wanted = texts{R"(splunk 1500000000 {"host":"h","f":2,"a":1})", R"(main now {"sourcetype":"st","index":"main","message":"text"})"};
  BOOST_TEST(done.events == wanted, boost::test_tools::per_element());
  const auto raw = take(splunk, post("/services/collector/raw?host=h", "one\ntwo\n"));
  BOOST_TEST(raw.events == (texts{R"(splunk now {"message":"one","host":"h"})", R"(splunk now {"message":"two","host":"h"})"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(an_ack_id_is_true_once_it_was_told, ways) {
  const auto ask = post("/services/collector/ack?channel=c", R"({"acks":[0,1]})");
  BOOST_TEST(take(splunk, ask).answer.body == R"({"acks":{"0":false,"1":false}})");
  const auto sent = take(splunk, post("/services/collector?channel=c", R"({"event":1})"));
  BOOST_TEST(sent.answer.body == R"({"text":"Success","code":0,"ackId":0})");
  BOOST_TEST(take(splunk, ask).answer.body == R"({"acks":{"0":true,"1":false}})");
}

BOOST_FIXTURE_TEST_CASE(splunks_codes, ways) {
  const auto said = [&](const std::string& request) { return take(splunk, request).answer.body; };
  BOOST_TEST(said(get("/services/collector/health")) == R"({"text":"HEC is healthy","code":17})");
  BOOST_TEST(said(post("/services/collector", "")) == R"({"text":"No data","code":5})");
  BOOST_TEST(said(post("/services/collector", R"({"event":1} no)")) == R"({"text":"Invalid data format","code":6,"invalid-event-number":1})");
  BOOST_TEST(said(post("/services/collector", "{}")) == R"({"text":"Event field is required","code":12,"invalid-event-number":0})");
  BOOST_TEST(splunk.problem(429, "").status == 503);
}

BOOST_FIXTURE_TEST_CASE(documents_of_a_bulk_request, ways) {
  const auto body = std::string{R"({"create":{"_index":"logs-a"}}
{"@timestamp":"1970-01-01T00:00:01Z","message":"m"}
{"index":{}}
no
{"delete":{"_index":"x","_id":"1"}}
{"index":{}}
{"b":1}
)"};
  const auto done = take(elasticsearch, post("/own/_bulk", body, of_type("application/x-ndjson")));
  BOOST_TEST(done.answer.status == 200);
  const auto wanted = texts{R"(logs-a 1000000000 {"@timestamp":"1970-01-01T00:00:01Z","message":"m"})", R"(own now {"b":1})"};
  BOOST_TEST(done.events == wanted, boost::test_tools::per_element());
  BOOST_TEST(done.answer.body.starts_with(R"({"took":0,"errors":true,"items":[{"create":{"_index":"logs-a","status":201,)"));
  BOOST_TEST(done.answer.body.find("mapper_parsing_exception") != std::string::npos);
  BOOST_TEST(done.answer.fields.at(0).second == "Elasticsearch");
  BOOST_TEST(take(elasticsearch, post("/_bulk", "no\n{}\n")).answer.status == 400);
  BOOST_TEST(take(elasticsearch, post("/_bulk", "")).answer.status == 400);
}

BOOST_FIXTURE_TEST_CASE(what_clients_of_elasticsearch_look_for_is_there, ways) {
  for (const auto* const target : {"/", "/_license", "/_xpack", "/_index_template/filebeat", "/_ilm/policy/filebeat", "/_cluster/health"})
    BOOST_TEST(take(elasticsearch, get(target)).answer.status == 200, target);
  BOOST_TEST(take(elasticsearch, get("/")).answer.body.find("\"number\":\"8.") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(streams_of_loki_in_both_forms, ways) {
  const auto json = take(loki, post("/loki/api/v1/push", R"({"streams":[{"stream":{"job":"j"},"values":[["1000000000","m",{"u":"7"}]]}]})"));
  BOOST_TEST(json.answer.status == 204);
  BOOST_TEST(json.events == texts{R"(loki 1000000000 {"job":"j","u":"7","message":"m"})"}, boost::test_tools::per_element());
  auto packed = byte_buffer{};
  auto write = protobuf_writer{packed};
  const auto stream = write.open(1);
  write.bytes(1, R"({job="j", app="a\"b"})");
  const auto entry = write.open(2);
  const auto stamp = write.open(1);
  write.number(1, 1);
  write.close(stamp);
  write.bytes(2, "m");
  write.close(entry);
  write.close(stream);
  auto squeezed = std::string{};
  snappy::Compress(packed.data(), packed.size(), &squeezed);
  const auto push = take(loki, post("/loki/api/v1/push", squeezed, of_type("application/x-protobuf")));
  BOOST_TEST(push.events == texts{R"(loki 1000000000 {"job":"j","app":"a\"b","message":"m"})"}, boost::test_tools::per_element());
  BOOST_TEST(take(loki, post("/loki/api/v1/push", R"({"streams":[{"stream":{},"values":[["soon","m"]]}]})")).answer.status == 400);
  BOOST_TEST(take(loki, post("/loki/api/v1/push", "\xff\xff\xff\xff\x07", of_type("application/x-protobuf"))).answer.status == 413);
}

BOOST_AUTO_TEST_SUITE_END()
