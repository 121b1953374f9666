#include "actors/collectors/source.hpp"

#include "actors/collectors/http/elasticsearch.hpp"
#include "actors/collectors/http/fluentd.hpp"
#include "actors/collectors/http/loki.hpp"
#include "actors/collectors/http/settings.hpp"
#include "actors/collectors/http/splunk.hpp"
#include "actors/collectors/web/source.hpp"

#include <algorithm>

namespace weir {
namespace {

/// The one that takes any path is the last.
auto endpoints_of(const http_source_settings& s, const clock& now) -> std::vector<std::unique_ptr<web_endpoint>> {
  auto made = std::vector<std::unique_ptr<web_endpoint>>{};
  const auto has = [&](std::string_view name) { return std::find(s.endpoints.begin(), s.endpoints.end(), name) != s.endpoints.end(); };
  if (has("hec")) made.push_back(std::make_unique<splunk_endpoint>(now));
  if (has("elasticsearch")) made.push_back(std::make_unique<elasticsearch_endpoint>(now));
  if (has("loki")) made.push_back(std::make_unique<loki_endpoint>());
  if (has("fluentd")) made.push_back(std::make_unique<fluentd_endpoint>(record_time_rules{s.time_key, s.keep_time_key}, !s.web.tag.empty(), now));
  return made;
}

auto http_parts_of(const http_source_settings& s, const clock& now) -> web_source::parts {
  auto made = web_source::parts{s.web, {}, endpoints_of(s, now), {}};
  for (const auto& place : s.web.listen) made.doors.push_back({place, s.web.tls && !place.starts_with("unix:")});
  if (s.cors) made.origins = s.cors->origins;
  return made;
}

class http_source final : public web_source {
public:
  using settings = http_source_settings;
  static auto tags(const settings& s) -> std::vector<tag_shape> { return web_tags(s.web); }
  static auto descriptors(const settings& s) -> descriptor_need { return {1 + s.web.listen.size(), true}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{};
    claim_web_places(s.web.listen, "listen", made);
    return made;
  }
  static auto clients(const settings&) -> client_promise {
    auto made = client_promise{true, true, true};
    made.notes = {"for clients that repeat a request with its Idempotency-Key until it is answered",
                  "at least once for clients that repeat it without one: what was under way at a kill may be stored twice"};
    return made;
  }
  http_source(const settings& s, const plugin_context& context) : web_source(http_parts_of(s, *context.clock), context) {}
};

const register_source<http_source> registered_http{
    "http", "Receives events by HTTP: Fluentd's forms, Splunk HEC, Elasticsearch's bulk API (Beats, Logstash, Fluent Bit), Loki's push."};

} // namespace
} // namespace weir
