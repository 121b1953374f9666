/// Events as Splunk's HTTP Event Collector (HEC) takes them.
//
//  POST /services/collector, /services/collector/event    {"event": …, "time"?, "host"?, "source"?, "sourcetype"?, "index"?, "fields"?}
//                                                         back to back, or a list of them
//  POST /services/collector/raw?host=…&source=…           a line an event
//  POST /services/collector/ack                           {"acks": [0, 1]}
//  GET  /services/collector/health
//
// An event that is an object is the record, any other is its "message"; host, source, sourcetype and index are fields beside
// it, and so are those in "fields". The tag is the index, or the sourcetype, or "splunk". Of a request all events are taken, or
// none. Nothing is answered with success before its events are safe, so that an ackId that a client knows is always true.
#pragma once

#include "actors/collectors/http/bodies.hpp"
#include "actors/collectors/web/endpoint.hpp"
#include "actors/collectors/web/record_time.hpp"

namespace weir {

class splunk_endpoint final : public web_endpoint {
public:
  explicit splunk_endpoint(const clock& now) : times_({}, false, now) {}

  auto route(const web_request& request) const -> std::optional<web_route> override;
  auto take(const web_request& request, std::string_view body, web_events& out) -> web_answer override;
  auto problem(int status, std::string_view why) const -> web_answer override;

private:
  auto take_events(const web_request& request, std::string_view body, web_events& out) -> web_answer;
  auto take_raw(const web_request& request, std::string_view body, web_events& out) -> web_answer;
  auto take_ids(std::string_view body) -> web_answer;
  auto add(const web_request& request, std::string_view envelope, web_events& out) -> bool;
  auto success(const web_request& request) -> web_answer;

  record_time times_;
  json_packer json_;
  byte_buffer envelope_;
  byte_buffer record_;
  std::uint64_t next_ack_ = 0;
};

} // namespace weir
