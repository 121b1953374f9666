/// Settings of the source `opentelemetry`.
#pragma once

#include "actors/collectors/web/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct otlp_source_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  telemetry: { type: opentelemetry, listen: 0.0.0.0:4318, listen_grpc: 0.0.0.0:4317, auth: { tokens: [{ token: changeme }] } }
source_aggregators:
  local: { from: telemetry, buffer: { path: /var/lib/weir/local } }
sinks:
  archive: { type: file, from: local, path: "/srv/logs/{tag}/%Y-%m-%d.jsonl" }
)"};

  web_settings web = web_settings_at("127.0.0.1:4318");
  std::vector<std::string> listen_grpc{"127.0.0.1:4317"};
  std::string tag_attribute = "tag";
};

template <class Visitor> void describe(Visitor& v, otlp_source_settings& s) {
  describe_web(v, s.web, "Where OTLP over HTTP is taken: host:port or unix:/path, one or several; [] for nowhere.");
  v.field("listen_grpc", s.listen_grpc, "Where OTLP over gRPC is taken; [] for nowhere.");
  v.field("tag_attribute", s.tag_attribute, "The attribute of a log record that is the event's tag; without it the tag is \"opentelemetry\". Empty: none is.");
}

void validate(const otlp_source_settings& settings, config::settings_reader& reader);

} // namespace weir
