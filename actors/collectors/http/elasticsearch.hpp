/// Documents as Elasticsearch's bulk API takes them, and what its clients ask before they send.
//
//  POST /_bulk, /INDEX/_bulk    {"index": {"_index": …}} or {"create": …} and, on the next line, the document
//  GET, HEAD, PUT               of what clients look for and set up (templates, policies, pipelines, licence): it is there
//
// The tag is the index; "@timestamp" is the time of the event and stays. What a document is called (_id) is not looked at.
// A document that is no object is refused by itself; deleting and updating is refused too.
#pragma once

#include "actors/collectors/http/bodies.hpp"
#include "actors/collectors/web/endpoint.hpp"
#include "actors/collectors/web/record_time.hpp"

#include <string>

namespace weir {

class elasticsearch_endpoint final : public web_endpoint {
public:
  explicit elasticsearch_endpoint(const clock& now) : times_("@timestamp", true, now) {}

  auto route(const web_request& request) const -> std::optional<web_route> override;
  auto take(const web_request& request, std::string_view body, web_events& out) -> web_answer override;
  auto problem(int status, std::string_view why) const -> web_answer override;

private:
  struct bulk_item;
  auto take_item(std::string_view action, std::string_view& rest, bulk_item& item, web_events& out) -> bool;
  auto take_document(std::string_view document, bulk_item& item, web_events& out) -> bool;

  record_time times_;
  json_packer json_;
  byte_buffer action_;
  byte_buffer document_;
};

} // namespace weir
