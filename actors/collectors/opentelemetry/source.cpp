#include "actors/collectors/source.hpp"

#include "actors/collectors/opentelemetry/grpc_session.hpp"
#include "actors/collectors/opentelemetry/settings.hpp"
#include "actors/collectors/web/session.hpp"

namespace weir {
namespace {

enum otlp_door : std::size_t { http_door, grpc_door };

auto otlp_parts_of(const otlp_source_settings& s) -> web_source::parts {
  auto made = web_source::parts{s.web, {}, {}, {}};
  const auto add = [&](const std::vector<std::string>& places, otlp_door door) {
    for (const auto& place : places) made.doors.push_back({place, s.web.tls && !place.starts_with("unix:"), door});
  };
  add(s.web.listen, http_door);
  add(s.listen_grpc, grpc_door);
  made.endpoints.push_back(std::make_unique<otlp_endpoint>(s.tag_attribute));
  return made;
}

class opentelemetry_source final : public web_source {
public:
  using settings = otlp_source_settings;
  static auto tags(const settings& s) -> std::vector<tag_shape> { return web_tags(s.web); }
  static auto descriptors(const settings& s) -> descriptor_need { return {1 + s.web.listen.size() + s.listen_grpc.size(), true}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{};
    claim_web_places(s.web.listen, "listen", made);
    claim_web_places(s.listen_grpc, "listen_grpc", made);
    return made;
  }
  static auto clients(const settings&) -> client_promise {
    return {true, true, false, "exporters of OTLP do not name their requests, so what they send again for a lost answer is stored twice"};
  }
  opentelemetry_source(const settings& s, const plugin_context& context)
      : web_source(otlp_parts_of(s), context), records_(s.tag_attribute) {}

private:
  auto make_session(client_peer& peer, std::size_t protocol) -> std::unique_ptr<client_session> override {
    if (protocol == grpc_door) return std::make_unique<grpc_session>(*this, records_);
    return web_source::make_session(peer, protocol);
  }

  otlp_endpoint records_; ///< of what comes by gRPC
};

const register_source<opentelemetry_source> registered_opentelemetry{
    "opentelemetry", "Receives log records by OTLP, over gRPC and HTTP: OpenTelemetry SDKs and the OpenTelemetry Collector."};

} // namespace
} // namespace weir
