/// Settings of the store `loki`.
#pragma once

#include "actors/promise.hpp"
#include "actors/sinks/http/settings.hpp"
#include "actors/sinks/sql/columns.hpp"
#include "runtime/codec/compression.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

enum class loki_line { json, message };

constexpr auto names_of(loki_line*) {
  return std::array<std::pair<std::string_view, loki_line>, 2>{{{"json", loki_line::json}, {"message", loki_line::message}}};
}

struct loki_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  logs:
    type: loki
    endpoints: ["https://loki-1.example:3100"]
    auth: { user: weir, password: changeme }   # better {file: PATH} or ${VARIABLE}
    static_labels: { job: weir }
    labels: { method: method, status: code }   # few values each
    metadata: { client: remote }               # many values
    batch: { max_size: 1MiB, max_delay: 1s }
)"};

  http_settings http;
  std::string path = "/loki/api/v1/push";
  std::string tenant;
  config::value labels;
  config::string_map static_labels;
  std::string tag_label = "tag";
  std::uint32_t labels_max = 100;
  config::value metadata;
  loki_line line = loki_line::json;
  byte_count max_request{std::uint64_t{1} << 20};
  compression compress = compression::gzip;
};

inline constexpr auto loki_help = std::string_view{
    "Pushes events to a Loki, or to what has its push API: streams by labels, with a line each event; at least once."};
inline constexpr auto loki_port = std::uint16_t{3100};
inline constexpr auto loki_default_endpoint = std::string_view{"http://127.0.0.1:3100"};

template <class Visitor> void describe(Visitor& v, loki_settings& s) {
  describe_http(v, s.http,
                "As http://loki-1:3100; several take turns, and one that does not answer is left out for a while. None: "
                "http://127.0.0.1:3100.");
  v.field("path", s.path, "Of its push API; VictoriaLogs: /insert/loki/api/v1/push.");
  v.field("tenant", s.tenant, "Whose logs these are, where it keeps several apart (X-Scope-OrgID).");
  v.field("labels", s.labels,
          "Fields of the record that say to which stream an event belongs: a list of dotted paths, or a map of labels to paths. Each "
          "combination of values is a stream, and a Loki wants few.");
  v.field("static_labels", s.static_labels, "Labels that all have: names and values.");
  v.field("tag_label", s.tag_label, "The label that has the event's tag; empty: none.");
  v.field("labels_max", s.labels_max,
          "How many values a label may have within an hour, as one writer sees them. An event with one more has the value \"other\" there, "
          "and its own in the line. It is told once.");
  v.field("metadata", s.metadata, "Fields that stand beside the line as structured metadata: a list or a map, as labels. Values may be many.");
  v.field("line", s.line, "json: the whole record; message: the field message alone, the record if it has none.");
  v.field("max_request", s.max_request, "Events in one request, before they are compressed.");
  v.field("compress", s.compress, "none or gzip: how requests travel.");
}

void validate(const loki_settings& s, config::settings_reader& reader);

} // namespace weir
