/// Settings of the store `opentelemetry`.
#pragma once

#include "actors/promise.hpp"
#include "actors/sinks/http/settings.hpp"
#include "actors/sinks/sql/columns.hpp"
#include "runtime/codec/compression.hpp"
#include "runtime/codec/otlp.hpp"

#include <string>
#include <string_view>

namespace weir {

struct opentelemetry_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/shop/*.log, tag: shop.web, parse: { format: json } }
sinks:
  telemetry:
    type: opentelemetry
    endpoints: ["https://otel-1.example:4318"]
    auth: { token: changeme }            # better {file: PATH} or ${VARIABLE}
    resource: { service.name: shop, deployment.environment.name: production }
    resource_fields: { host.name: host }
    batch: { max_size: 4MiB, max_delay: 1s }
)"};

  http_settings http;
  std::string path = "/v1/logs";
  config::string_map headers;
  std::string token_header;
  config::string_map resource;
  config::value resource_fields;
  otlp_record_rules record;
  bool record_uid = true;
  byte_count max_request{std::uint64_t{4} << 20};
  compression compress = compression::gzip;
};

inline constexpr auto opentelemetry_help = std::string_view{
    "Sends events as log records by OTLP over HTTP, to an OpenTelemetry Collector or what speaks its protocol; at least once."};
inline constexpr auto opentelemetry_port = std::uint16_t{4318};
inline constexpr auto opentelemetry_default_endpoint = std::string_view{"http://127.0.0.1:4318"};

template <class Visitor> void describe(Visitor& v, opentelemetry_settings& s) {
  describe_http(v, s.http,
                "As http://otel-1:4318; several take turns, and one that does not answer is left out for a while. None: "
                "http://127.0.0.1:4318.");
  v.field("path", s.path, "Where it takes logs; VictoriaLogs: /insert/opentelemetry/v1/logs.");
  v.field("headers", s.headers, "Fields of each request: names and values. Not for secrets, which \"auth\" is for.");
  v.field("token_header", s.token_header, "The field that the token of \"auth\" goes in, alone, as X-Api-Key; empty: Authorization.");
  v.field("resource", s.resource, "Attributes of the resource that all records are of: names and values, as service.name: shop.");
  v.field("resource_fields", s.resource_fields,
          "Fields of the record that are attributes of its resource too: a list of dotted paths, or a map of attributes to paths. Records "
          "that have the same ones travel together.");
  v.field("body", s.record.body, "The field that is the body; a record without it is a body as a whole, and has no attributes of its own. Dotted path.");
  v.field("severity", s.record.severity, "The field that is the severity, if it is a known word such as warn or ERROR; empty: none.");
  v.field("trace_id", s.record.trace_id, "The field that is the trace's id, if it has 32 hex digits; empty: none.");
  v.field("span_id", s.record.span_id, "The field that is the span's id, if it has 16 hex digits; empty: none.");
  v.field("tag_attribute", s.record.tag_attribute, "The attribute that has the event's tag; empty: none.");
  v.field("record_uid", s.record_uid,
          "Each record has the attribute log.record.uid, which follows from where the event was read: records with the same one are one "
          "event that came twice.");
  v.field("max_request", s.max_request, "Records in one request, before they are compressed.");
  v.field("compress", s.compress, "none, gzip or zstd: how requests travel.");
}

void validate(const opentelemetry_settings& s, config::settings_reader& reader);

} // namespace weir
