/// Settings of the source `http`.
#pragma once

#include "actors/collectors/web/settings.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct http_cors {
  std::vector<std::string> origins;
};

struct http_source_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web:
    type: http
    listen: 0.0.0.0:9880
    tls: { certificate: /etc/weir/web.pem, key: /etc/weir/web.key }
    auth: { tokens: [{ name: shop, token: changeme }] }   # better {file: PATH} or ${VARIABLE}
    endpoints: [fluentd, hec]
source_aggregators:
  local: { from: web, buffer: { path: /var/lib/weir/local } }
sinks:
  archive: { type: file, from: local, path: "/srv/logs/{tag}/%Y-%m-%d.jsonl" }
)"};

  web_settings web = web_settings_at("127.0.0.1:9880");
  std::vector<std::string> endpoints{"fluentd", "hec", "elasticsearch", "loki"};
  std::string time_key = "time";
  bool keep_time_key = false;
  std::optional<http_cors> cors;
};

inline constexpr auto http_endpoint_names = std::array<std::string_view, 4>{"fluentd", "hec", "elasticsearch", "loki"};

template <class Visitor> void describe(Visitor& v, http_cors& s) {
  v.required("origins", s.origins, "Pages that may send from a browser, as https://shop.example; \"*\": all.");
}

template <class Visitor> void describe(Visitor& v, http_source_settings& s) {
  describe_web(v, s.web, "host:port or unix:/path, one or several.");
  v.field("endpoints", s.endpoints,
          "Ways of sending that are open: fluentd (POST /TAG: JSON, lines of JSON, msgpack, forms), hec (Splunk's /services/collector), "
          "elasticsearch (/_bulk), loki (/loki/api/v1/push).");
  v.field("time_key", s.time_key, "The field with the time of an event that comes by \"fluentd\"; empty: the time is that of arrival.");
  v.field("keep_time_key", s.keep_time_key, "Leave that field in the record.");
  v.field("cors", s.cors, "Which pages may send from a browser; without it none.");
}

void validate(const http_cors& settings, config::settings_reader& reader);
void validate(const http_source_settings& settings, config::settings_reader& reader);

} // namespace weir
