#include "runtime/codec/otlp.hpp"
#include "runtime/codec/otlp_reader.hpp"
#include "runtime/codec/protobuf.hpp"
#include "tests/support/msgpack_text.hpp"
#include "tests/support/pack.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace weir;
using namespace weir::test;

namespace {

using seen_events = std::vector<std::string>;

struct reading {
  otlp_reader reader{"tag"};
  seen_events events;

  auto use() -> otlp_reader::visitor {
    return [this](const otlp_event& e) {
      events.push_back(std::string{e.tag} + ' ' + (e.time_ns ? std::to_string(*e.time_ns) : "now") + ' ' + text_of(e.record));
      return true;
    };
  }
};

/// As the sink sends it.
auto request_of(std::string_view tag, std::string_view record, std::string_view resource = {}) -> std::string {
  auto records = byte_buffer{};
  otlp_record_writer{{}}.append(records, 5, tag, record, {});
  auto attributes = byte_buffer{};
  if (!resource.empty()) append_otlp_text(attributes, 1, "service.name", resource);
  auto out = byte_buffer{};
  append_otlp_head(out, {std::string{attributes.view()}, records.size()});
  out.append(records.view());
  return std::string{out.view()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(otlp_reading)

BOOST_FIXTURE_TEST_CASE(what_the_sink_writes_is_read_back, reading) {
  const auto records = std::vector<std::string>{
      pack::map({{"message", pack::str("m")}, {"level", pack::str("ERROR")}, {"n", pack::integer(7)}}),
      pack::map({{"a", pack::array({pack::integer(1), pack::str("x")})}, {"b", pack::map({{"c", pack::str("d")}})}}),
      pack::map({{"message", pack::str("m")}, {"trace_id", pack::str("0123456789abcdef0123456789abcdef")}, {"span_id", pack::str("0123456789abcdef")}}),
  };
  for (const auto& r : records) BOOST_TEST_REQUIRE(static_cast<bool>(reader.read(request_of("web.a", r), use())));
  const auto wanted = seen_events{
      R"(web.a 5 {"message":"m","n":7,"level":"ERROR"})",
      R"(web.a 5 {"a":[1,"x"],"b":{"c":"d"}})",
      R"(web.a 5 {"message":"m","trace_id":"0123456789abcdef0123456789abcdef","span_id":"0123456789abcdef"})",
  };
  BOOST_TEST(events == wanted, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(attributes_of_resources_are_fields_of_a_field, reading) {
  BOOST_TEST_REQUIRE(static_cast<bool>(reader.read(request_of("t", pack::map({{"message", pack::str("m")}}), "shop"), use())));
  BOOST_TEST(events == seen_events{R"(t 5 {"message":"m","resource":{"service.name":"shop"}})"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(json_means_the_same_as_protobuf, reading) {
  const auto request = std::string_view{R"({"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
    "scopeLogs":[{"scope":{"name":"s","version":"1"},"logRecords":[
      {"timeUnixNano":"5","severityNumber":18,"body":{"stringValue":"m"},"traceId":"0AB0",
       "attributes":[{"key":"n","value":{"intValue":"7"}},{"key":"d","value":{"doubleValue":1.5}},{"key":"b","value":{"bytesValue":"AQ=="}},
                     {"key":"l","value":{"arrayValue":{"values":[{"boolValue":true},{}]}}},
                     {"key":"m","value":{"kvlistValue":{"values":[{"key":"x","value":{"stringValue":"y"}}]}}}]},
      {"observedTimeUnixNano":6,"severityText":"warn","body":{"kvlistValue":{"values":[{"key":"a","value":{"intValue":1}}]}}}]}]}]})"};
  BOOST_TEST_REQUIRE(static_cast<bool>(reader.read_json(request, use())));
  const auto wanted = seen_events{
      R"( 5 {"message":"m","n":7,"d":1.5,"b":b"\x01","l":[true,null],"m":{"x":"y"},"level":"error","severity_number":18,"trace_id":"0ab0","resource":{"service.name":"shop"},"scope":{"name":"s","version":"1"}})",
      R"( 6 {"a":1,"level":"warn","resource":{"service.name":"shop"},"scope":{"name":"s","version":"1"}})",
  };
  BOOST_TEST(events == wanted, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(what_is_malformed_is_refused, reading) {
  for (const auto* const json : {"[]", "{", R"({"resourceLogs":1})", R"({"resourceLogs":[1]})", R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"intValue":"x"}}]}]}]})"})
    BOOST_TEST(!reader.read_json(json, use()), json);
  const auto whole = request_of("t", pack::map({{"message", pack::str("m")}}), "shop");
  for (std::size_t size = 1; size < whole.size(); ++size) BOOST_TEST(!reader.read(std::string_view{whole}.substr(0, size), use()), size);
  BOOST_TEST(static_cast<bool>(reader.read("", use())));
}

BOOST_FIXTURE_TEST_CASE(values_inside_each_other_end_somewhere, reading) {
  auto value = std::string{};
  for (auto i = 0; i < 200; ++i) {
    auto out = byte_buffer{};
    auto write = protobuf_writer{out};
    const auto list = write.open(5);
    write.bytes(1, value);
    write.close(list);
    value = out.view();
  }
  auto out = byte_buffer{};
  auto write = protobuf_writer{out};
  const auto logs = write.open(1);
  const auto scope = write.open(2);
  const auto record = write.open(2);
  write.bytes(5, value);
  write.close(record);
  write.close(scope);
  write.close(logs);
  BOOST_TEST(!reader.read(out.view(), use()));
}

BOOST_AUTO_TEST_CASE(a_partial_success_and_a_status_are_read_as_they_were_meant) {
  BOOST_TEST(otlp_response(0, "", false).empty());
  const auto partial = otlp_partial_success_of(otlp_response(3, "too large", false));
  BOOST_TEST(partial.rejected == 3U);
  BOOST_TEST(partial.why == "too large");
  BOOST_TEST(otlp_response(3, "w", true) == R"({"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"w"}})");
  BOOST_TEST(otlp_status_text(otlp_status(14, "busy", false, 1)) == "busy");
}

BOOST_AUTO_TEST_SUITE_END()
